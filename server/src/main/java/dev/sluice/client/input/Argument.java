package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code --input}: a file or a value, perhaps for a named input.
 *
 * @param format of a file; empty if it must be seen from the content
 */
record Argument(Optional<String> name, String value, boolean isFile, Optional<InputFormat> format) {
  private static final Pattern NAMED = Pattern.compile("([\\w./:-]+)=(.*)", Pattern.DOTALL);
  private static final Pattern FILE_NAME = Pattern.compile("[^\\s\"'{\\[]+");

  /**
   * Splits an argument.
   *
   * @throws InputException if it names a file that is not there
   */
  static Argument of(String text, SourceFiles files, Optional<InputFormat> given)
      throws InputException {
    Matcher named = NAMED.matcher(text);
    if (named.matches() && !files.exists(text)) {
      return of(Optional.of(named.group(1)), named.group(2), files, given);
    }
    return of(Optional.empty(), text, files, given);
  }

  private static Argument of(
      Optional<String> name, String value, SourceFiles files, Optional<InputFormat> given)
      throws InputException {
    Optional<InputFormat> format = given.or(() -> InputFormat.ofName(value));
    if (value.equals(SourceFiles.STDIN)) {
      return new Argument(name, value, true, given);
    }
    // Only what looks like one is taken for a file: country=DE means DE, whatever lies here.
    boolean mayBeFile = format.isPresent() || value.contains("/");
    if (mayBeFile && files.exists(value)) {
      return new Argument(name, value, true, format);
    }
    if (InputFormat.ofName(value).isPresent() && FILE_NAME.matcher(value).matches()) {
      throw new InputException("--input=%s: there is no such file".formatted(value));
    }
    return new Argument(name, value, false, Optional.empty());
  }
}
