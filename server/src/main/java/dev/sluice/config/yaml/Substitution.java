package dev.sluice.config.yaml;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the environment's variables into values: {@code ${NAME}}, or {@code ${NAME:-default}} where
 * it may be unset or empty; {@code $${NAME}} stands for the text {@code ${NAME}}.
 */
final class Substitution {
  private static final Pattern REFERENCE = Pattern.compile("(\\$?)\\$\\{([^}]*)}");

  private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?");

  private final Function<String, @Nullable String> environment;

  Substitution(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /**
   * What became of a value.
   *
   * @param text the value; what was written if there is a problem
   * @param problem what is wrong with it, without what the environment holds
   */
  record Result(String text, Optional<String> problem) {}

  /** Returns a value with all references replaced; what they stand for is not looked at again. */
  Result apply(String raw) {
    StringBuilder text = new StringBuilder();
    Matcher reference = REFERENCE.matcher(raw);
    while (reference.find()) {
      if (!reference.group(1).isEmpty()) {
        reference.appendReplacement(text, Matcher.quoteReplacement(reference.group().substring(1)));
        continue;
      }
      Matcher name = NAME.matcher(reference.group(2));
      if (!name.matches()) {
        return new Result(
            raw,
            Optional.of(
                "expected ${NAME} or ${NAME:-default}, found '%s'".formatted(reference.group())));
      }
      String value = value(name.group(1), name.group(2));
      if (value == null) {
        return new Result(
            raw,
            Optional.of(
                "the environment has no variable %s; set it, or write ${%s:-default}"
                    .formatted(name.group(1), name.group(1))));
      }
      reference.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return new Result(reference.appendTail(text).toString(), Optional.empty());
  }

  private @Nullable String value(String name, @Nullable String otherwise) {
    String value = environment.apply(name);
    return otherwise != null && (value == null || value.isEmpty()) ? otherwise : value;
  }
}
