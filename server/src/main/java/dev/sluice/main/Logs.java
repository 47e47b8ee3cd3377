package dev.sluice.main;

import dev.sluice.config.TelemetrySettings;
import dev.sluice.config.TelemetrySettings.LogFormat;
import dev.sluice.config.TelemetrySettings.LogLevel;
import dev.sluice.logs.JsonFormatter;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One line a record on standard error, for everything in the process that logs. */
final class Logs {
  private static final String FORMAT_KEY = "java.util.logging.SimpleFormatter.format";

  private Logs() {}

  /**
   * Held for good, for a logger that nobody holds forgets its level; not before the manager is set.
   */
  private static final class Quiet {
    /** Says that a Unix socket lacks an option of TCP, each time that one is opened. */
    private static final Logger TRANSPORT = Logger.getLogger("io.netty.bootstrap.ServerBootstrap");

    /** Says with a stack trace what a client did wrong, so that one could fill a disk. */
    private static final Logger CLIENTS = Logger.getLogger("io.grpc.netty.NettyServerHandler");
  }

  /** Held for good likewise. */
  private static final class Levels {
    private static final Logger ROOT = Logger.getLogger("");

    /** Ours: what libraries have to say for debugging them would bury it. */
    private static final List<Logger> OWN =
        List.of(Logger.getLogger("sluice"), Logger.getLogger("dev.sluice"));
  }

  /** Sets the form of a line unless the operator has; before the first logger is used. */
  static void configure() {
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    if (System.getProperty(FORMAT_KEY) == null) {
      System.setProperty(FORMAT_KEY, "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n");
    }
    Quiet.TRANSPORT.setLevel(Level.SEVERE);
    Quiet.CLIENTS.setLevel(Level.SEVERE);
  }

  /** Gives the log its form and its level from now on. */
  static void use(TelemetrySettings.Log settings) {
    if (settings.level() != LogLevel.INFO) {
      setLevel(settings.level());
    }
    if (settings.format() == LogFormat.JSON) {
      for (Handler handler : Levels.ROOT.getHandlers()) {
        handler.setFormatter(new JsonFormatter());
        setUtf8(handler);
      }
    }
  }

  private static void setLevel(LogLevel wanted) {
    switch (wanted) {
      case DEBUG -> {
        Levels.OWN.forEach(logger -> logger.setLevel(Level.FINE));
        for (Handler handler : Levels.ROOT.getHandlers()) {
          handler.setLevel(Level.FINE);
        }
      }
      case INFO -> Levels.ROOT.setLevel(Level.INFO);
      case WARNING -> Levels.ROOT.setLevel(Level.WARNING);
      case ERROR -> Levels.ROOT.setLevel(Level.SEVERE);
    }
  }

  /** As JSON is, whatever the locale; in a container that is mostly ASCII. */
  private static void setUtf8(Handler handler) {
    try {
      handler.setEncoding(StandardCharsets.UTF_8.name());
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every JVM has UTF-8", e);
    }
  }
}
