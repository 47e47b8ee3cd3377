package dev.sluice.config.yaml;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which values are never shown: those of keys that are called like secrets. What comes from the
 * environment is shown as it is written, as {@code ${NAME}}, whatever its key.
 */
final class Secrets {
  private static final String WORDS =
      "(?:secret|passw|token|credential|private|api_?key|server_key)";

  private static final Pattern KEY = Pattern.compile("(?i).*" + WORDS + ".*");

  private static final Pattern LINE =
      Pattern.compile("(?i)^(.*?[\\w-]*" + WORDS + "[\\w-]*\"?\\s*:\\s*)\\S.*$");

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
