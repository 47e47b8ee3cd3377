package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into records and fields (RFC 4180): fields may be quoted, a quoted one may hold
 * separators, line ends and doubled quotes. Empty lines are passed over.
 */
final class CsvReader {
  private static final char QUOTE = '"';

  /**
   * One record.
   *
   * @param number where it begins, counted from 1
   */
  record Line(int number, List<String> fields) {}

  private final String source;
  private final String text;
  private final char separator;
  private final List<Line> records = new ArrayList<>();
  private int at;
  private int line = 1;

  private CsvReader(String source, String text, char separator) {
    this.source = source;
    this.text = text;
    this.separator = separator;
  }

  /**
   * Returns the records of a text.
   *
   * @param source what it is called in messages
   * @throws InputException if a quoted field does not end as it should
   */
  static List<Line> read(String source, String text, char separator) throws InputException {
    CsvReader reader = new CsvReader(source, text, separator);
    // Spreadsheets write a byte order mark.
    reader.at = text.startsWith("\uFEFF") ? 1 : 0;
    while (reader.at < text.length()) {
      reader.record();
    }
    return reader.records;
  }

  private void record() throws InputException {
    int begun = line;
    List<String> fields = new ArrayList<>();
    boolean quoted = false;
    do {
      quoted |= at < text.length() && text.charAt(at) == QUOTE;
      fields.add(field());
    } while (skipSeparator());
    endLine();
    if (fields.size() > 1 || quoted || !fields.getFirst().isBlank()) {
      records.add(new Line(begun, List.copyOf(fields)));
    }
  }

  private boolean skipSeparator() {
    if (at < text.length() && text.charAt(at) == separator) {
      at++;
      return true;
    }
    return false;
  }

  private void endLine() {
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '\n') {
      at++;
    }
    line++;
  }

  private String field() throws InputException {
    if (at < text.length() && text.charAt(at) == QUOTE) {
      return quotedField();
    }
    int start = at;
    while (!atFieldEnd()) {
      at++;
    }
    return text.substring(start, at);
  }

  private boolean atFieldEnd() {
    if (at == text.length()) {
      return true;
    }
    char next = text.charAt(at);
    return next == separator || next == '\n' || next == '\r';
  }

  private String quotedField() throws InputException {
    int begun = line;
    StringBuilder field = new StringBuilder();
    at++;
    while (true) {
      int quote = text.indexOf(QUOTE, at);
      if (quote < 0) {
        throw new InputException(
            "%s, line %d: a quoted field begins here and does not end".formatted(source, begun));
      }
      field.append(text, at, quote);
      line += (int) text.substring(at, quote).chars().filter(letter -> letter == '\n').count();
      at = quote + 1;
      if (at == text.length() || text.charAt(at) != QUOTE) {
        break;
      }
      field.append(QUOTE);
      at++;
    }
    if (!atFieldEnd()) {
      throw new InputException(
          "%s, line %d: expected a separator behind a quoted field, found '%c'"
              .formatted(source, line, text.charAt(at)));
    }
    return field.toString();
  }
}
