package dev.sluice.loadtest;

import dev.sluice.client.DurationText;
import dev.sluice.loadtest.report.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of {@code sluice bench}. */
@Command(
    name = "sluice bench",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Puts load on a model of a running server and reports latencies and throughput.",
      "Closed loop (--concurrency): so many clients, each waits for its answer. Open loop (--rate):"
          + " requests at random times, and latency counts from the time when each was due.%n"
    })
public final class BenchOptions {
  private static final int MOST_CONNECTIONS = 60_000;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "The model's name.")
  private String model = "";

  @Option(names = "--protocol", paramLabel = "rest|grpc", description = "Default: rest.")
  private Protocol protocol = Protocol.REST;

  @Option(
      names = "--url",
      paramLabel = "HOST:PORT",
      description = "The server. Default: localhost:8501 for REST, localhost:8500 for gRPC.")
  private String url = "localhost";

  @Option(
      names = "--model_version",
      paramLabel = "N",
      description = "Ask this version; else the server's choice.")
  private @Nullable Long version;

  @Option(
      names = "--model_version_label",
      paramLabel = "LABEL",
      description = "Ask the version with this label.")
  private @Nullable String label;

  @Option(
      names = "--signature",
      paramLabel = "NAME",
      description = "Default: serving_default, or that of the --input file.")
  private @Nullable String signature;

  @Option(
      names = {"-c", "--concurrency"},
      split = ",",
      paramLabel = "N",
      description = "Closed loop with so many clients; a list makes one run each. Default: 16.")
  private List<Integer> concurrency = new ArrayList<>();

  @Option(
      names = {"-r", "--rate"},
      split = ",",
      paramLabel = "N",
      description = "Open loop with so many requests a second; a list makes one run each.")
  private List<Double> rate = new ArrayList<>();

  @Option(
      names = {"-d", "--duration"},
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "What is measured of each run, such as 10s or 500ms. Default: 10s.")
  private Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--warmup",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "Load before that in each run. Default: 2s.")
  private Duration warmup = Duration.ofSeconds(2);

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Default: over REST one for each client, 64 with --rate; over gRPC up to 4.")
  private @Nullable Integer connections;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Event loops of the tool. Default: half the cores.")
  private int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 16);

  @Option(
      names = "--deadline",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "Give a request up after this time. Default: never.")
  private @Nullable Duration deadline;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Send this: a JSON predict body, which is translated for gRPC, or for gRPC a binary"
              + " PredictRequest. Default: random values made from the signature.")
  private @Nullable Path input;

  @Option(names = "--batch", paramLabel = "N", description = "Rows of a made request. Default: 1.")
  private @Nullable Integer batch;

  @Option(
      names = "--inputs",
      paramLabel = "N",
      description = "How many different requests are made and sent in turn. Default: 1.")
  private int inputs = 1;

  @Option(names = "--seed", paramLabel = "N", description = "Of the made values. Default: 1.")
  private long seed = 1;

  @Option(
      names = "--check",
      paramLabel = "none|shape|same",
      description =
          "What is looked at in an answer: only that it is no error; that it has the signature's"
              + " outputs; or also that it is the first answer to the same request within 1e-4."
              + " Default: same, with --inputs shape.")
  private @Nullable Check check;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write settings and results as JSON; - for standard output.")
  private @Nullable String json;

  @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw latency over throughput.")
  private @Nullable Path plot;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text and end.")
  private boolean help;

  private BenchOptions() {}

  /**
   * Reads a command line.
   *
   * @throws BenchException for an unknown option or a bad value, in one line
   */
  public static BenchOptions parse(List<String> arguments) throws BenchException {
    BenchOptions options = new BenchOptions();
    CommandLine commandLine = commandLine(options);
    try {
      commandLine.parseArgs(arguments.toArray(String[]::new));
    } catch (UnmatchedArgumentException e) {
      List<String> near = e.getSuggestions();
      throw new BenchException(
          "unknown option "
              + e.getUnmatched().getFirst()
              + (near.isEmpty() ? "" : "; did you mean " + near.getFirst() + "?"));
    } catch (ParameterException e) {
      throw new BenchException(String.valueOf(e.getMessage()).replace('\n', ' '));
    }
    return options;
  }

  private static CommandLine commandLine(BenchOptions options) {
    return new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(true)
        .setExpandAtFiles(false);
  }

  /** Returns true if {@code --help} was given. */
  public boolean helpRequested() {
    return help;
  }

  /** Returns the text of {@code --help}. */
  public static String usage() {
    return commandLine(new BenchOptions()).getUsageMessage(Ansi.OFF);
  }

  /**
   * Returns the settings.
   *
   * @throws BenchException if a value is out of range, or values contradict each other
   */
  LoadSettings settings() throws BenchException {
    exclude("--concurrency", !concurrency.isEmpty(), "--rate", !rate.isEmpty());
    exclude("--model_version", version != null, "--model_version_label", label != null);
    exclude("--input", input != null, "--batch", batch != null);
    exclude("--input", input != null, "--inputs", inputs != 1);
    for (int clients : concurrency) {
      atLeastOne("--concurrency", clients);
    }
    atLeastOne("--threads", threads);
    atLeastOne("--inputs", inputs);
    positive("--duration", duration);
    if (deadline != null) {
      positive("--deadline", deadline);
    }
    OptionalLong number = version == null ? OptionalLong.empty() : OptionalLong.of(version);
    return new LoadSettings(
        Target.of(protocol, url, model, number, Optional.ofNullable(label)),
        Optional.ofNullable(signature),
        loads(),
        duration,
        warmup,
        connections(),
        threads,
        Optional.ofNullable(deadline),
        new LoadSettings.Input(Optional.ofNullable(input), batch(), inputs, seed),
        Optional.ofNullable(check),
        Optional.ofNullable(json),
        Optional.ofNullable(plot));
  }

  private List<Load> loads() throws BenchException {
    if (rate.isEmpty()) {
      List<Integer> clients = concurrency.isEmpty() ? List.of(16) : concurrency;
      return clients.stream().<Load>map(Load.Closed::new).toList();
    }
    if (rate.stream().anyMatch(perSecond -> !(perSecond > 0) || perSecond > 1e7)) {
      throw new BenchException("--rate: expected requests per second, more than 0");
    }
    return rate.stream().<Load>map(Load.Open::new).toList();
  }

  private OptionalInt connections() throws BenchException {
    if (connections == null) {
      return OptionalInt.empty();
    }
    if (connections > MOST_CONNECTIONS) {
      throw new BenchException(
          "--connections=%d: expected at most %d".formatted(connections, MOST_CONNECTIONS));
    }
    return OptionalInt.of(atLeastOne("--connections", connections));
  }

  private OptionalInt batch() throws BenchException {
    return batch == null ? OptionalInt.empty() : OptionalInt.of(atLeastOne("--batch", batch));
  }

  private static int atLeastOne(String option, int value) throws BenchException {
    if (value < 1) {
      throw new BenchException("%s=%d: expected at least 1".formatted(option, value));
    }
    return value;
  }

  private static void positive(String option, Duration value) throws BenchException {
    if (!value.isPositive()) {
      throw new BenchException("%s: expected more than 0".formatted(option));
    }
  }

  private static void exclude(String one, boolean hasOne, String other, boolean hasOther)
      throws BenchException {
    if (hasOne && hasOther) {
      throw new BenchException("%s and %s exclude each other".formatted(one, other));
    }
  }
}
