package dev.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command line of {@code tensorflow_model_server}, by the reference's rules (config.md §1.1):
 * {@code --name=value} only, {@code --name} alone for a boolean, what is no flag is left over and
 * does no harm, and REST, metrics, health service and console are off unless asked for.
 */
public final class ModelServerCommandLine {
  /** Where the reference's defaults are not those of {@code sluice serve}. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "--rest_api_port", "0",
          "--enable_grpc_healthcheck_service", "false",
          "--enable_console", "false");

  private static final String HELP = "--help";
  private static final String END_OF_FLAGS = "--";

  private static final Map<Class<?>, String> TYPES =
      Map.of(
          int.class, "int32",
          long.class, "int64",
          float.class, "float",
          boolean.class, "bool",
          Boolean.class, "bool",
          String.class, "string");

  private final ServeOptions options;
  private final List<String> leftOver;

  private ModelServerCommandLine(ServeOptions options, List<String> leftOver) {
    this.options = options;
    this.leftOver = leftOver;
  }

  /**
   * Reads a command line.
   *
   * @throws ConfigException for a value that cannot be read
   */
  public static ModelServerCommandLine parse(List<String> arguments) throws ConfigException {
    Map<String, OptionSpec> known = known();
    List<String> flags = new ArrayList<>();
    List<String> leftOver = new ArrayList<>();
    boolean ended = false;
    for (String argument : arguments) {
      ended |= argument.equals(END_OF_FLAGS);
      (!ended && isFlag(argument, known) ? flags : leftOver).add(argument);
    }
    return new ModelServerCommandLine(ServeOptions.parse(DEFAULTS, flags), List.copyOf(leftOver));
  }

  private static Map<String, OptionSpec> known() {
    Map<String, OptionSpec> known = new TreeMap<>();
    for (OptionSpec flag : ServeOptions.flags()) {
      known.put(flag.longestName(), flag);
    }
    known.remove(HELP);
    // The reference has no such file, and its rules for models are others.
    known.remove("--config");
    return known;
  }

  private static boolean isFlag(String argument, Map<String, OptionSpec> known) {
    int equals = argument.indexOf('=');
    OptionSpec flag = known.get(equals < 0 ? argument : argument.substring(0, equals));
    return flag != null && (equals >= 0 || isBoolean(flag));
  }

  private static boolean isBoolean(OptionSpec flag) {
    return "bool".equals(TYPES.get(flag.type()));
  }

  /** Returns what was given; its {@code helpRequested} is never true. */
  public ServeOptions options() {
    return options;
  }

  /** Returns the arguments that are no flags, in their order. */
  public List<String> leftOver() {
    return leftOver;
  }

  /** Returns true if the usage is wanted instead of a server. */
  public boolean helpRequested() {
    return !leftOver.isEmpty() && leftOver.getFirst().equals(HELP);
  }

  /** Returns the usage text: one line a flag, with its default, type and meaning. */
  public static String usage() {
    StringBuilder usage = new StringBuilder("usage: tensorflow_model_server\nFlags:\n");
    for (OptionSpec flag : known().values()) {
      String name = flag.longestName();
      String type = TYPES.getOrDefault(flag.type(), "string");
      Object value = DEFAULTS.containsKey(name) ? DEFAULTS.get(name) : flag.initialValue();
      String shown = type.equals("string") ? quoted(value) : Objects.toString(value, "");
      usage.append(
          "\t%-50s\t%s\t%s%n"
              .formatted(name + "=" + shown, type, String.join(" ", flag.description())));
    }
    return usage.toString();
  }

  private static String quoted(Object value) {
    return "\"" + (value instanceof List<?> list && list.isEmpty() ? "" : value) + "\"";
  }
}
