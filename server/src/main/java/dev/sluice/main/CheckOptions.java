package dev.sluice.main;

import dev.sluice.client.ServerUrl;
import dev.sluice.client.tensor.InputException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line of {@code sluice check}: a few flags of its own, all others are those of {@code
 * sluice serve}.
 *
 * @param strict true if warnings count as failures
 * @param json true if the report is for programs
 * @param schema true if only the schema of the file is wanted
 * @param help true if only the usage is wanted
 * @param server to compare with
 * @param serve the flags of the server that is checked
 */
record CheckOptions(
    boolean strict,
    boolean json,
    boolean schema,
    boolean help,
    Optional<URI> server,
    List<String> serve) {
  static final String USAGE =
      """
      Usage: sluice check [FLAG...]

      Says what ./sluice serve would do with the same flags, without doing it: reads all files, finds
      the models and their versions, and tells what is wrong or suspicious.

        --config=sluice.yaml   and all other flags of sluice serve
        --server=HOST:PORT     say what would load, unload and change on this running server
        --strict               warnings count: the exit status is 1
        --json                 print one line of JSON
        --schema               print the JSON Schema of sluice.yaml
        --help

      The exit status is 0 if the server would start and serve, 1 for warnings with --strict, 2 for
      errors.
      """;

  private static final String SERVER = "--server";

  CheckOptions {
    serve = List.copyOf(serve);
  }

  /**
   * Reads a command line; the flags of the server are not looked at.
   *
   * @throws InputException if the server's address is none
   */
  static CheckOptions parse(List<String> flags) throws InputException {
    boolean strict = false;
    boolean json = false;
    boolean schema = false;
    boolean help = false;
    Optional<URI> server = Optional.empty();
    List<String> serve = new ArrayList<>();
    Iterator<String> all = flags.iterator();
    while (all.hasNext()) {
      String flag = all.next();
      switch (flag) {
        case "--strict" -> strict = true;
        case "--json" -> json = true;
        case "--schema" -> schema = true;
        case "--help", "-h" -> help = true;
        default -> {
          if (flag.startsWith(SERVER + "=")) {
            server = Optional.of(ServerUrl.parse(SERVER, flag.substring(SERVER.length() + 1)));
          } else if (flag.equals(SERVER) && all.hasNext()) {
            server = Optional.of(ServerUrl.parse(SERVER, all.next()));
          } else {
            serve.add(flag);
          }
        }
      }
    }
    return new CheckOptions(strict, json, schema, help, server, serve);
  }
}
