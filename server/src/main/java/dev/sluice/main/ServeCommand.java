package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ServeOptions;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.yaml.ServeArguments;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/** {@code sluice serve}: runs a server until a signal ends it. */
final class ServeCommand {
  private static final System.Logger LOG = System.getLogger("sluice");

  private ServeCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    SignalStop stop;
    try {
      ServeOptions options = ServeArguments.parse(System::getenv, flags.toArray(String[]::new));
      if (options.helpRequested()) {
        System.out.print(ServeOptions.usage());
        return 0;
      }
      if (options.versionRequested()) {
        Main.printVersion();
        return 0;
      }
      ServerSettings settings = options.settings();
      Logs.use(settings.telemetry().log());
      options.warnings().forEach(line -> LOG.log(Level.WARNING, line));
      stop = start(settings);
    } catch (ConfigException e) {
      // A file with several mistakes is told line by line.
      System.err.println("sluice: " + e.text());
      return Main.FAILURE;
    } catch (ServingException | IOException e) {
      System.err.println("sluice: " + oneLine(e));
      return Main.FAILURE;
    }
    stop.await();
    return 0;
  }

  /**
   * Starts a server that a signal stops; on failure everything that was started is stopped.
   *
   * @return what waits for the signal
   */
  static SignalStop start(ServerSettings settings)
      throws ConfigException, ServingException, IOException, InterruptedException {
    ModelsOrigin origin =
        ModelsOrigin.of(
            settings.models(),
            Engines.validator(settings.models()),
            line -> LOG.log(Level.WARNING, line));
    ModelsConfig models = origin.reader().read(ModelsConfig.NOTHING);
    settings.limits().warnings(models).forEach(line -> LOG.log(Level.WARNING, line));
    Ports.probe(settings);
    Server server = new Server(settings, origin, models);
    SignalStop stop = SignalStop.arrange();
    if (settings.models().origin() instanceof ServerSettings.Origin.YamlFile) {
      HangUp.arrange(server::lookNow);
    }
    boolean started = false;
    try {
      server.start();
      stop.serving(server);
      started = true;
      return stop;
    } finally {
      if (!started) {
        stop.withdraw();
        server.abort();
      }
    }
  }

  private static String oneLine(Exception failure) {
    return String.valueOf(failure.getMessage()).replace('\n', ' ');
  }
}
