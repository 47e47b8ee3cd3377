package dev.sluice.api.tfs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints messages as JSON with the white space of the reference's library: one space a level, each
 * member and each element on a line of its own, a line end behind the whole.
 */
final class ProtoJson {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .alwaysPrintFieldsWithNoPresence()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace();

  /** Any escape; the second group has the digits of those meant. */
  private static final Pattern HTML_ESCAPE = Pattern.compile("\\\\(u(0026|0027|003d)|.)");

  private final StringBuilder out = new StringBuilder();
  private int depth;

  private ProtoJson() {}

  static String print(Message message) {
    try {
      return new ProtoJson().layOut(PRINTER.print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of our own cannot be printed", e);
    }
  }

  private String layOut(String compact) {
    for (int i = 0; i < compact.length(); i++) {
      char next = compact.charAt(i);
      switch (next) {
        case '"' -> i = string(compact, i);
        case '{', '[' -> {
          out.append(next);
          if (isClosing(compact.charAt(i + 1))) {
            out.append(compact.charAt(++i));
          } else {
            depth++;
            newLine();
          }
        }
        case '}', ']' -> {
          depth--;
          newLine();
          out.append(next);
        }
        case ',' -> {
          out.append(next);
          newLine();
        }
        case ':' -> out.append(": ");
        default -> out.append(next);
      }
    }
    return out.append('\n').toString();
  }

  private static boolean isClosing(char next) {
    return next == '}' || next == ']';
  }

  /** Copies the string that begins here, and returns where it ends. */
  private int string(String compact, int start) {
    int end = start + 1;
    while (compact.charAt(end) != '"') {
      end += compact.charAt(end) == '\\' ? 2 : 1;
    }
    out.append(unescaped(compact.substring(start, end + 1)));
    return end;
  }

  /** Of what the printer escapes for HTML's sake, the reference escapes angle brackets only. */
  private static String unescaped(String quoted) {
    return HTML_ESCAPE
        .matcher(quoted)
        .replaceAll(
            escape -> {
              String digits = escape.group(2);
              return digits == null
                  ? Matcher.quoteReplacement(escape.group())
                  : String.valueOf((char) Integer.parseInt(digits, 16));
            });
  }

  private void newLine() {
    out.append('\n').repeat(' ', depth);
  }
}
