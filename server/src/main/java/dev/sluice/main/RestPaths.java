package dev.sluice.main;

import dev.sluice.api.oip.rest.OipOperations;
import dev.sluice.api.rest.RestGuard;
import dev.sluice.api.tfs.RestOperations;
import dev.sluice.auth.AccessTable;
import dev.sluice.auth.Operation;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds what requests over REST ask for, by the paths of the router. A path that nobody has thought
 * of needs the most there is, whatever answers it.
 */
final class RestPaths implements RestGuard.Operations {
  private static final String CONSOLE = "/console";

  /** Names that mean only themselves, so that no path to what is not open looks like one. */
  private static final Pattern CONSOLE_FILE =
      Pattern.compile("/console(/(?!api(/|$))[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?");

  private final Set<String> metrics;

  /** Creates a finder. */
  RestPaths(Set<String> metrics) {
    this.metrics = Set.copyOf(metrics);
  }

  @Override
  public Operation of(String method, String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    if (metrics.contains(path)) { // before all prefixes, as the router has it
      return Operation.of(AccessTable.METRICS, "");
    }
    if (startsWith(path, "/v1/")) {
      return RestOperations.of(method, target);
    }
    if (path.equals("/v2") || startsWith(path, "/v2/")) {
      return OipOperations.of(method, target);
    }
    return Operation.of(startsWith(path, CONSOLE) ? console(method, path) : path, "");
  }

  private static String console(String method, String path) {
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return method + " " + path;
    }
    return CONSOLE_FILE.matcher(path).matches() ? CONSOLE : CONSOLE + "/api";
  }

  /** Prefixes are the router's, which ignores their case. */
  private static boolean startsWith(String path, String prefix) {
    return path.regionMatches(true, 0, prefix, 0, prefix.length());
  }
}
