package dev.sluice.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The command line of {@code sluice serve} (config.md §1): TensorFlow Serving's flags and a few of
 * Sluice's own, as {@code --name=value} or {@code --name value}; of a repeated flag the last one
 * counts, unless it is a list.
 *
 * <p>{@link #parse} reads it, {@link #settings} checks it as a whole.
 */
@Command(
    name = "serve",
    description = "Serves models.",
    sortOptions = false,
    usageHelpWidth = 100,
    footer = {
      "",
      "--http_port stands for --rest_api_port, --grpc_port for --port and --model_store for"
          + " --model_repository; dashes may stand for the underscores of all names."
    })
public final class ServeOptions {
  private static final String CONFIG = "--config";

  /** Of these the command line, or a file, has at most one; each says which models there are. */
  static final Set<String> MODELS =
      Set.of("--model_base_path", "--model_config_file", "--model_repository");

  @Mixin private final ModelFlags models = new ModelFlags();
  @Mixin private final NetworkFlags network = new NetworkFlags();
  @Mixin private final SessionFlags session = new SessionFlags();
  @Mixin private final EngineFlags engine = new EngineFlags();
  @Mixin private final LimitFlags limits = new LimitFlags();
  @Mixin private final OverloadFlags overload = new OverloadFlags();
  @Mixin private final TelemetryFlags telemetry = new TelemetryFlags();
  @Mixin private final HealthFlags health = new HealthFlags();
  @Mixin private final SecurityFlags security = new SecurityFlags();
  @Mixin private final IdleFlags idle = new IdleFlags();

  @Option(
      names = CONFIG,
      description =
          "sluice.yaml: what these flags say, and the models, in one file; the command line goes"
              + " before it.")
  private String config = "";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text and end.")
  private boolean help;

  @Option(
      names = "--version",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      versionHelp = true,
      description = "Print the version and end.")
  private boolean version;

  private final List<String> warnings = new ArrayList<>();

  /** Values by the known names of the flags that the command line has. */
  private Map<String, String> given = Map.of();

  private ServeOptions() {}

  /**
   * Reads a command line.
   *
   * @throws ConfigException for an unknown flag or a bad value, in one line
   */
  public static ServeOptions parse(String... arguments) throws ConfigException {
    ServeOptions options = new ServeOptions();
    CommandLine commandLine = commandLine(options);
    return parse(options, commandLine, FlagNames.canonical(arguments, names(commandLine)));
  }

  /**
   * Reads a command line as the reference does: with other defaults for some flags, without metrics
   * unless a file asks for them, and models by its rules.
   *
   * @param defaults values by flag, such as {@code --port}
   * @throws ConfigException for an unknown flag or a bad value, in one line
   */
  static ServeOptions parse(Map<String, String> defaults, List<String> arguments)
      throws ConfigException {
    ServeOptions options = new ServeOptions();
    options.network.withoutMonitoringFile = MonitoringConfig.DISABLED;
    options.models.byReference = true;
    CommandLine commandLine =
        commandLine(options)
            .setDefaultValueProvider(
                argument ->
                    argument instanceof OptionSpec option
                        ? defaults.get(option.longestName())
                        : null);
    return parse(options, commandLine, arguments.toArray(String[]::new));
  }

  /**
   * Reads a command line that goes before a file. A command line that says which models there are
   * leaves nothing of what the file says of that.
   *
   * @throws ConfigException for an unknown flag or a bad value, in one line
   */
  public static ServeOptions parse(FileValues file, String... arguments) throws ConfigException {
    Set<String> given = parse(arguments).given.keySet();
    boolean choosesModels = !Collections.disjoint(given, MODELS);
    List<String> all = new ArrayList<>();
    file.flags()
        .forEach(
            (flag, value) -> {
              if (!given.contains(flag) && !(choosesModels && MODELS.contains(flag))) {
                all.add(flag + "=" + value);
              }
            });
    all.addAll(List.of(arguments));
    ServeOptions options = new ServeOptions();
    options.engine.parameters = file.batching();
    options.network.withoutMonitoringFile = file.monitoring().orElse(MonitoringConfig.DEFAULT);
    if (file.listsModels() && !choosesModels) {
      options.models.yaml = Optional.of(file.path());
    }
    CommandLine commandLine = commandLine(options);
    return parse(
        options, commandLine, FlagNames.canonical(all.toArray(String[]::new), names(commandLine)));
  }

  /** Returns the names that flags may have instead of their own. */
  public static Map<String, String> aliases() {
    return FlagNames.aliases();
  }

  /** Returns all flags, for those who print, sort or describe them. */
  public static List<OptionSpec> flags() {
    return commandLine(new ServeOptions()).getCommandSpec().options();
  }

  private static ServeOptions parse(
      ServeOptions options, CommandLine commandLine, String... arguments) throws ConfigException {
    try {
      ParseResult result = commandLine.parseArgs(arguments);
      options.given = given(result);
      options.warnings.addAll(options.warningsFor(result));
    } catch (ParameterException e) {
      throw FlagErrors.explain(e, names(commandLine));
    }
    return options;
  }

  /** Returns the text of {@code --help}. */
  public static String usage() {
    return commandLine(new ServeOptions()).getUsageMessage(Ansi.OFF);
  }

  private static CommandLine commandLine(ServeOptions options) {
    return new CommandLine(options)
        .setOverwrittenOptionsAllowed(true)
        .setExpandAtFiles(false)
        .setAllowOptionsAsOptionParameters(false);
  }

  private static SortedSet<String> names(CommandLine commandLine) {
    return new TreeSet<>(commandLine.getCommandSpec().optionsMap().keySet());
  }

  private static Map<String, String> given(ParseResult result) {
    Map<String, String> given = new LinkedHashMap<>();
    for (OptionSpec flag : result.matchedOptions()) {
      List<String> values = flag.stringValues();
      boolean isList = Collection.class.isAssignableFrom(flag.type());
      given.put(
          flag.longestName(),
          isList || values.isEmpty() ? String.join(",", values) : values.getLast());
    }
    return given;
  }

  /**
   * Returns what is wrong with flags of which each is wrong alone, for who wants to know more than
   * what {@link #settings} says first.
   */
  public List<String> complaints() {
    return given.entrySet().stream()
        .flatMap(
            flag ->
                FlagTrial.complaint(flag.getKey(), flag.getValue())
                    .map(text -> "%s: %s".formatted(flag.getKey(), text))
                    .stream())
        .toList();
  }

  /** Returns the file that goes behind the command line, if it names one. */
  public Optional<Path> configFile() throws ConfigException {
    return Checks.path("config", config);
  }

  /** Returns true if {@code --help} was given. */
  public boolean helpRequested() {
    return help;
  }

  /** Returns true if {@code --version} was given. */
  public boolean versionRequested() {
    return version;
  }

  /**
   * Returns one line for each flag given that has no effect, in the order of the usage text; after
   * {@link #settings} also what was wrong with files that are not needed for serving.
   */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private List<String> warningsFor(ParseResult given) {
    Set<String> unused = new HashSet<>(IdleFlags.READ_BUT_UNUSED);
    unused.addAll(CommandSpec.forAnnotatedObject(idle).optionsMap().keySet());
    return given.commandSpec().options().stream()
        .filter(given::hasMatchedOption)
        .map(OptionSpec::longestName)
        .filter(unused::contains)
        .map(IdleFlags::warning)
        .toList();
  }

  /**
   * Returns the settings; reads the files that flags name, but for the models. Called once.
   *
   * @throws ConfigException if a value is out of range, or values contradict each other
   */
  public ServerSettings settings() throws ConfigException {
    int processors = Runtime.getRuntime().availableProcessors();
    Optional<PlatformConfig> platform = session.platform(processors);
    return new ServerSettings(
        network.grpc(),
        network.rest(),
        models.models(),
        models.manager(),
        platform.isPresent() ? session.engine(platform.get()) : session.engine(),
        platform.map(PlatformConfig::warmup).orElseGet(engine::warmup),
        platform.isPresent() ? platform.get().batching() : engine.batching(processors),
        engine.answers(),
        limits.limits(processors),
        overload.overload(),
        new ServerSettings.Health(health.options(models.requiredByDefault()), health.prestop()),
        network.monitoring(warnings::add),
        telemetry.settings(System.getenv(), warnings::add),
        security());
  }

  private SecuritySettings security() throws ConfigException {
    SecuritySettings settings = security.security();
    if (settings.tls().isPresent() && !network.sslConfigFile.isEmpty()) {
      throw ConfigException.invalid(
          "--ssl_config_file and --tls_cert_file: expected one of them; the former encrypts gRPC"
              + " only, the latter all ports");
    }
    return settings;
  }
}
