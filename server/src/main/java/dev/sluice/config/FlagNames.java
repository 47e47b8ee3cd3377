package dev.sluice.config;

import java.util.Map;
import java.util.Set;

/** What flags of {@code sluice serve} may also be called: as other servers call them. */
final class FlagNames {
  private static final Map<String, String> ALIASES =
      Map.of(
          "--http_port", "--rest_api_port",
          "--grpc_port", "--port",
          "--model_store", "--model_repository");

  private FlagNames() {}

  /** Returns the known name of each of these names. */
  static Map<String, String> aliases() {
    return ALIASES;
  }

  /** Returns a command line in which all flags that can be told have the names that are known. */
  static String[] canonical(String[] arguments, Set<String> known) {
    String[] canonical = arguments.clone();
    for (int i = 0; i < canonical.length; i++) {
      canonical[i] = canonical(canonical[i], known);
    }
    return canonical;
  }

  private static String canonical(String argument, Set<String> known) {
    if (!argument.startsWith("--")) {
      return argument;
    }
    int equals = argument.indexOf('=');
    int end = equals < 0 ? argument.length() : equals;
    String name = "--" + argument.substring(2, end).replace('-', '_');
    String flag = ALIASES.getOrDefault(name, name);
    return known.contains(flag) ? flag + argument.substring(end) : argument;
  }
}
