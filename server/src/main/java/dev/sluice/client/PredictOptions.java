package dev.sluice.client;

import dev.sluice.client.input.InputFormat;
import dev.sluice.client.input.InputSettings;
import dev.sluice.client.input.PixelScale;
import dev.sluice.client.save.AnswerFile;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.ModelMetadata;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of {@code sluice predict}. */
@Command(
    name = "sluice predict",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Asks a model of a running server and shows the answer as a table. Without --input it shows"
          + " what the model takes and gives.%n"
    })
public final class PredictOptions {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's name.")
  private String model = "";

  @Option(
      names = {"-i", "--input"},
      paramLabel = "[NAME=]FILE|VALUE",
      description =
          "A file (.json .csv .tsv .npy .npz .png .jpg .bmp .gif .txt; - for standard input) or a"
              + " value, such as 1,2,3. NAME is the input it is for, if the model has several."
              + " Repeat it for more inputs or more rows.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "KIND",
      description = "What files are, whatever their names: ${COMPLETION-CANDIDATES}.")
  private @Nullable InputFormat format;

  @Option(
      names = "--scale",
      paramLabel = "A..B",
      description = "The range of an image's pixels, black to white. Default: 0..255.")
  private String scale = "0..255";

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Send at most so many rows in a request. Default: all in one.")
  private @Nullable Integer batch;

  @Option(names = "--outputs", split = ",", paramLabel = "NAME", description = "Show only these.")
  private List<String> outputs = new ArrayList<>();

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "Of a vector of scores show the K largest, each with its class.")
  private @Nullable Integer top;

  @Option(names = "--json", description = "Print the server's answer as it is.")
  private boolean json;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write all of the answer: .csv, .json, .npy or .npz.")
  private @Nullable Path output;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server's REST address. Default: " + ServerUrl.DEFAULT + ".")
  private String url = ServerUrl.DEFAULT;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "Ask this version; else the server's choice.")
  private @Nullable Long version;

  @Option(names = "--label", paramLabel = "LABEL", description = "Ask the version of this label.")
  private @Nullable String label;

  @Option(names = "--signature", paramLabel = "NAME", description = "Default: serving_default.")
  private String signature = ModelMetadata.DEFAULT_SIGNATURE;

  @Option(
      names = "--timeout",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "Of each request. Default: 60s.")
  private Duration timeout = Duration.ofMinutes(1);

  @Mixin private final HeaderFlags headers = new HeaderFlags();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text and end.")
  private boolean help;

  private PredictOptions() {}

  /**
   * Reads a command line.
   *
   * @throws InputException for an unknown option or a bad value, in one line
   */
  public static PredictOptions parse(List<String> arguments) throws InputException {
    PredictOptions options = new PredictOptions();
    try {
      commandLine(options).parseArgs(arguments.toArray(String[]::new));
    } catch (UnmatchedArgumentException e) {
      String unknown = e.getUnmatched().getFirst();
      throw new InputException(
          unknown.startsWith("-")
              ? "unknown option " + unknown + "; see ./sluice predict --help"
              : "what is " + unknown + "? Files and values follow --input");
    } catch (ParameterException e) {
      throw new InputException(String.valueOf(e.getMessage()).replace('\n', ' '));
    }
    return options;
  }

  private static CommandLine commandLine(PredictOptions options) {
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
    return commandLine(new PredictOptions()).getUsageMessage(Ansi.OFF);
  }

  /**
   * Returns the settings.
   *
   * @throws InputException if a value is out of range, or values contradict each other
   */
  PredictSettings settings() throws InputException {
    if (version != null && label != null) {
      throw new InputException("--version and --label exclude each other");
    }
    if (!timeout.isPositive()) {
      throw new InputException("--timeout: expected more than 0");
    }
    OptionalLong number = version == null ? OptionalLong.empty() : OptionalLong.of(version);
    return new PredictSettings(
        new Target(ServerUrl.parse("--url", url), model, number, Optional.ofNullable(label)),
        signature,
        timeout,
        headers.headers(),
        inputs,
        new InputSettings(Optional.ofNullable(format), PixelScale.of(scale)),
        atLeastOne("--batch", batch),
        outputs,
        atLeastOne("--top", top),
        json,
        output == null ? Optional.empty() : Optional.of(AnswerFile.of(output)));
  }

  private static OptionalInt atLeastOne(String option, @Nullable Integer value)
      throws InputException {
    if (value != null && value < 1) {
      throw new InputException("%s=%d: expected at least 1".formatted(option, value));
    }
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
