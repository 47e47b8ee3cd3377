package dev.sluice.main;

/** One line a record on standard error, for everything in the process that logs. */
final class Logs {
  private static final String FORMAT_KEY = "java.util.logging.SimpleFormatter.format";

  private Logs() {}

  /** Sets the form of a line unless the operator has; before the first logger is used. */
  static void configure() {
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    if (System.getProperty(FORMAT_KEY) == null) {
      System.setProperty(FORMAT_KEY, "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n");
    }
  }
}
