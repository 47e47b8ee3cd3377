package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ServeOptions;
import dev.sluice.config.yaml.ServeArguments;
import dev.sluice.demo.DigitsDemo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The command line of {@code sluice demo}: a few flags of its own, all others are those of {@code
 * sluice serve}.
 *
 * @param once true if the server ends after the demo
 * @param model the directory with the versions of the model
 * @param serve how it is served
 */
record DemoOptions(boolean once, Path model, ServeOptions serve) {
  static final String USAGE =
      """
      Usage: sluice demo [FLAG...]

      Serves a bundled classifier of handwritten digits, asks it over REST and gRPC, compares the
      answers with recorded ones, and goes on serving until Ctrl-C.

        --once                 end after the answers; the exit status is 0 if all are as recorded
        --port=N               the gRPC port; default: 8500
        --rest_api_port=N      the port of REST; default: 8501
        --models=DIR           where the model's directory, digits, is; default: the bundled one
        --help

      The other flags are those of sluice serve.
      """;

  private static final String ONCE = "--once";
  private static final String MODELS = "--models";

  /**
   * Reads a command line.
   *
   * @throws ConfigException for an unknown flag or a bad value, in one line
   */
  static DemoOptions parse(List<String> flags) throws ConfigException {
    boolean once = false;
    Path models = Path.of("dist/models");
    List<String> serveFlags = new ArrayList<>();
    Iterator<String> all = flags.iterator();
    while (all.hasNext()) {
      String flag = all.next();
      if (flag.equals(ONCE)) {
        once = true;
      } else if (flag.startsWith(MODELS + "=")) {
        models = Path.of(flag.substring(MODELS.length() + 1));
      } else if (flag.equals(MODELS) && all.hasNext()) {
        models = Path.of(all.next());
      } else {
        serveFlags.add(flag);
      }
    }
    Path model = models.resolve(DigitsDemo.MODEL).toAbsolutePath();
    serveFlags.add("--model_name=" + DigitsDemo.MODEL);
    serveFlags.add("--model_base_path=" + model);
    return new DemoOptions(
        once, model, ServeArguments.parse(System::getenv, serveFlags.toArray(String[]::new)));
  }
}
