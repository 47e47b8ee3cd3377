package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ServerSettings;
import dev.sluice.demo.DigitsDemo;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.util.List;

/**
 * {@code sluice demo}: serves the bundled digits classifier, asks it as a client would, and goes on
 * serving until a signal comes.
 */
final class DemoCommand {
  private DemoCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    try {
      DemoOptions options = DemoOptions.parse(flags);
      if (options.serve().helpRequested()) {
        System.out.print(DemoOptions.USAGE);
        return 0;
      }
      if (options.serve().versionRequested()) {
        Main.printVersion();
        return 0;
      }
      ServerSettings settings = options.serve().settings();
      SignalStop stop = ServeCommand.start(settings);
      boolean right =
          new DigitsDemo(
                  System.out,
                  "localhost",
                  settings.rest().port(),
                  settings.grpc().port(),
                  options.model().resolve("golden.json"))
              .run();
      if (!options.once() && right) {
        if (settings.rest().console()) {
          System.out.println(
              "Draw a digit of your own: http://localhost:" + settings.rest().port() + "/console");
        }
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
