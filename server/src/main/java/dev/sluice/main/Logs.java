package dev.sluice.main;

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

  /** Sets the form of a line unless the operator has; before the first logger is used. */
  static void configure() {
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    if (System.getProperty(FORMAT_KEY) == null) {
      System.setProperty(FORMAT_KEY, "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n");
    }
    Quiet.TRANSPORT.setLevel(Level.SEVERE);
    Quiet.CLIENTS.setLevel(Level.SEVERE);
  }
}
