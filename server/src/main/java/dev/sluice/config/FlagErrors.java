package dev.sluice.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns picocli's complaints into one line that names the flag, its value and what is expected. */
public final class FlagErrors {
  private static final Map<Class<?>, String> EXPECTED =
      Map.of(
          int.class, "a whole number of 32 bits",
          long.class, "a whole number of 64 bits",
          float.class, "a number",
          boolean.class, "true or false",
          Boolean.class, "true or false",
          String.class, "a value");

  private FlagErrors() {}

  static ConfigException explain(ParameterException failure, Collection<String> flags) {
    return ConfigException.invalid(
        switch (failure) {
          case UnmatchedArgumentException unmatched ->
              unknown(unmatched.getUnmatched().getFirst(), flags);
          case MissingParameterException missing ->
              name(missing.getMissing().getFirst())
                  + ": expected "
                  + expected(missing.getMissing().getFirst())
                  + ", found none";
          default -> badValue(failure);
        });
  }

  private static String badValue(ParameterException failure) {
    ArgSpec argument = failure.getArgSpec();
    if (argument == null) {
      return String.valueOf(failure.getMessage());
    }
    return "%s=%s: expected %s".formatted(name(argument), failure.getValue(), expected(argument));
  }

  private static String unknown(String argument, Collection<String> flags) {
    int equals = argument.indexOf('=');
    String flag = equals < 0 ? argument : argument.substring(0, equals);
    if (!flag.startsWith("-")) {
      return "unknown argument " + argument + "; expected flags, --name=value";
    }
    return nearest(flag, flags)
        .map(near -> "unknown flag %s; did you mean %s?".formatted(flag, near))
        .orElse("unknown flag " + flag);
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String expected(ArgSpec argument) {
    @Nullable String known = EXPECTED.get(argument.type());
    return known == null ? "a value" : known;
  }

  /** Returns the name that takes the fewest edits, if that is at most a third of its letters. */
  public static Optional<String> nearest(String flag, Collection<String> flags) {
    return flags.stream()
        .min(
            Comparator.<String>comparingInt(known -> distance(flag, known))
                .thenComparing(Comparator.naturalOrder()))
        .filter(known -> distance(flag, known) <= known.length() / 3);
  }

  /**
   * Levenshtein's distance with swaps of neighbours, which are one slip of the fingers; row by row.
   */
  static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] twoAbove = above;
      above = row;
      row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          row[j] = Math.min(row[j], twoAbove[j - 2] + 1);
        }
      }
    }
    return row[to.length()];
  }
}
