package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ServeOptions;
import dev.sluice.demo.DigitsDemo;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sluice demo}: serves the bundled digits classifier, asks it as a client would, and goes on
 * serving until a signal comes.
 */
final class DemoCommand {
  private static final String ONCE = "--once";
  private static final String MODELS = "--models=";

  private DemoCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    boolean once = flags.contains(ONCE);
    Path models = Path.of("dist/models");
    List<String> serveFlags = new ArrayList<>();
    for (String flag : flags) {
      if (flag.startsWith(MODELS)) {
        models = Path.of(flag.substring(MODELS.length()));
      } else if (!flag.equals(ONCE)) {
        serveFlags.add(flag);
      }
    }
    Path model = models.resolve(DigitsDemo.MODEL).toAbsolutePath();
    serveFlags.add("--model_name=" + DigitsDemo.MODEL);
    serveFlags.add("--model_base_path=" + model);
    try {
      var settings = ServeOptions.parse(serveFlags.toArray(String[]::new)).settings();
      SignalStop stop = ServeCommand.start(settings);
      boolean right =
          new DigitsDemo(
                  System.out,
                  "localhost",
                  settings.rest().port(),
                  settings.grpc().port(),
                  model.resolve("golden.json"))
              .run();
      if (!once && right) {
        System.out.println("Serving until Ctrl-C.");
        stop.await();
      }
      stop.stopNow();
      return right ? 0 : 1;
    } catch (ConfigException | ServingException | IOException e) {
      System.err.println("sluice: " + e.getMessage());
      return Main.FAILURE;
    }
  }
}
