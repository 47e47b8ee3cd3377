package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelServerCommandLine;
import dev.sluice.config.ServerSettings;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * {@code tensorflow_model_server}: the same server under the reference's name, with its defaults,
 * its rules for flags and its words when it does not start (config.md §1.1).
 */
final class ModelServerCommand {
  private static final System.Logger LOG = System.getLogger("sluice");

  private ModelServerCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> arguments) throws InterruptedException {
    ModelServerCommandLine line;
    try {
      line = ModelServerCommandLine.parse(arguments);
    } catch (ConfigException badValue) {
      System.err.println(badValue.text());
      printUsage();
      return Main.FAILURE;
    }
    if (line.helpRequested()) {
      printUsage();
      return Main.FAILURE;
    }
    if (line.options().versionRequested()) {
      System.out.println("TensorFlow ModelServer: " + Version.current() + "+sluice");
      System.out.println("TensorFlow Library: " + Version.ofTensorFlow());
      return 0;
    }
    if (!line.leftOver().isEmpty()) {
      System.out.println("unknown argument: " + line.leftOver().getFirst());
    }
    if (!line.leftOver().isEmpty() || arguments.isEmpty()) {
      printUsage();
    }
    return serve(line);
  }

  private static int serve(ModelServerCommandLine line) throws InterruptedException {
    SignalStop stop;
    try {
      ServerSettings settings = line.options().settings();
      Logs.use(settings.telemetry().log());
      line.options().warnings().forEach(text -> LOG.log(Level.WARNING, text));
      stop = ServeCommand.start(settings);
    } catch (ConfigException e) {
      return failed(e.code(), e.text());
    } catch (ServingException e) {
      return failed(e.code(), e.text());
    } catch (IOException e) {
      return failed(Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
    stop.await();
    return 0;
  }

  private static int failed(Code code, String text) {
    System.out.println("Failed to start server. Error: " + code + ": " + text);
    return Main.FAILURE;
  }

  private static void printUsage() {
    System.out.print(ModelServerCommandLine.usage());
  }
}
