package dev.sluice.config.yaml;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which values are never shown: those of keys that are called like secrets. What comes from the
 * environment is shown as it is written, as {@code ${NAME}}, whatever its key.
 */
final class Secrets {
  /** Whole words of a key, so that a model called tokenizer is none. */
  private static final String NAME =
      "(?:[\\w-]*[_-])?"
          + "(?:secrets?|passwords?|passwd|tokens?|credentials?|private|api_?keys?|server_key)"
          + "(?:[_-][\\w-]*)?";

  private static final Pattern KEY = Pattern.compile(NAME, Pattern.CASE_INSENSITIVE);

  private static final Pattern LINE =
      Pattern.compile(
          "^(.*?(?<![\\w-])" + NAME + "[\"']?\\s*:\\s*)\\S.*$", Pattern.CASE_INSENSITIVE);

  private static final String HIDDEN = "***";

  private Secrets() {}

  /** Returns true if the value of a key is none of a reader's business; names of files are. */
  static boolean isSecret(String key) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    return KEY.matcher(last).matches() && !last.endsWith("_file");
  }

  /** Returns a line of a file without the value of a secret in it. */
  static String hideIn(String line) {
    Matcher secret = LINE.matcher(line);
    return secret.matches() ? secret.group(1) + HIDDEN : line;
  }

  /** Returns a value for a message. */
  static String shown(String key, String raw) {
    return isSecret(key) ? HIDDEN : raw;
  }
}
