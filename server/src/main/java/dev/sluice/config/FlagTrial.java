package dev.sluice.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Tries a flag alone, so that several that are wrong can be told at once, where a command line as a
 * whole is refused for the first of them.
 */
public final class FlagTrial {
  private FlagTrial() {}

  /**
   * Returns what is wrong with a value of a flag, as far as that can be told of it alone; empty if
   * it may be right, or wrong only beside others.
   *
   * @param flag its known name, such as {@code --port}
   */
  public static Optional<String> complaint(String flag, String value) {
    String argument = flag + "=" + value;
    try {
      ServeOptions options =
          ServeOptions.MODELS.contains(flag)
              ? ServeOptions.parse(argument)
              : ServeOptions.parse("--model_base_path=/", argument);
      var _ = options.settings();
    } catch (ConfigException e) {
      return own(flag, value, e.text()).filter(text -> !mentionsOther(flag, text));
    }
    return Optional.empty();
  }

  /** Returns a message without the flag that it is about; empty if that is another one. */
  private static Optional<String> own(String flag, String value, String text) {
    String argument = flag + "=" + value + ": ";
    if (text.startsWith(argument)) {
      return Optional.of(text.substring(argument.length()));
    }
    if (text.startsWith(flag + "=") || text.startsWith(flag + ": ")) {
      return Optional.of(text.substring(text.indexOf(": ") + 2));
    }
    // What is wrong in a file is told with its name.
    return flag.endsWith("_file") && !value.isEmpty() && text.contains(value)
        ? Optional.of(text)
        : Optional.empty();
  }

  /** Whoever names another flag complains of how the two go together. */
  private static boolean mentionsOther(String flag, String text) {
    Set<String> words = new HashSet<>(List.of(text.split("\\W+", -1)));
    return ServeOptions.flags().stream()
        .map(OptionSpec::longestName)
        .filter(name -> !name.equals(flag) && name.indexOf('_') > 0)
        .anyMatch(name -> words.contains(name.substring(2)));
  }
}
