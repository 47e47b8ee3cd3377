package dev.sluice.client.status;

import dev.sluice.client.DurationText;
import dev.sluice.client.HeaderFlags;
import dev.sluice.client.ServerUrl;
import dev.sluice.client.tensor.InputException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line of {@code sluice status}. */
@Command(
    name = "sluice status",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Shows the models of a running server: versions, states with their reasons, engines, requests"
          + " a second and how long they take.%n"
    })
public final class StatusOptions {
  @Option(
      names = {"--server", "--url"},
      paramLabel = "HOST:PORT",
      description = "The server's REST address. Default: " + ServerUrl.DEFAULT + ".")
  private String server = ServerUrl.DEFAULT;

  @Option(names = "--watch", description = "Go on, and show it again and again.")
  private boolean watch;

  @Option(
      names = "--interval",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "Over which rates are measured, and between two tables. Default: 1s; 0: none.")
  private Duration interval = Duration.ofSeconds(1);

  @Option(names = "--all", description = "Show versions that have ended as they should, too.")
  private boolean all;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Option(
      names = "--timeout",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "Of each request. Default: 10s.")
  private Duration timeout = Duration.ofSeconds(10);

  @Mixin private final HeaderFlags headers = new HeaderFlags();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text and end.")
  private boolean help;

  private StatusOptions() {}

  /**
   * Reads a command line.
   *
   * @throws InputException for an unknown option or a bad value, in one line
   */
  public static StatusOptions parse(List<String> arguments) throws InputException {
    StatusOptions options = new StatusOptions();
    try {
      commandLine(options).parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new InputException(
          String.valueOf(e.getMessage()).replace('\n', ' ') + "; see ./sluice status --help");
    }
    if (options.watch && !options.interval.isPositive()) {
      throw new InputException("--interval: with --watch expected more than 0");
    }
    if (!options.timeout.isPositive()) {
      throw new InputException("--timeout: expected more than 0");
    }
    return options;
  }

  private static CommandLine commandLine(StatusOptions options) {
    return new CommandLine(options).setOverwrittenOptionsAllowed(true).setExpandAtFiles(false);
  }

  /** Returns true if {@code --help} was given. */
  public boolean helpRequested() {
    return help;
  }

  /** Returns the text of {@code --help}. */
  public static String usage() {
    return commandLine(new StatusOptions()).getUsageMessage(Ansi.OFF);
  }

  URI server() throws InputException {
    return ServerUrl.parse("--server", server);
  }

  boolean watch() {
    return watch;
  }

  Duration interval() {
    return interval;
  }

  boolean all() {
    return all;
  }

  boolean json() {
    return json;
  }

  Duration timeout() {
    return timeout;
  }

  Map<String, String> headers() throws InputException {
    return headers.headers();
  }
}
