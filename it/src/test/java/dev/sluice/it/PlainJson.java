package dev.sluice.it;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON with bare NaN and Infinity into Map, List, String, Boolean, BigInteger, Double and
 * null; a whole number and one with a fraction are different things, and strings are bytes, one a
 * char, for the reference may print such as are no text.
 */
final class PlainJson {
  private final String text;
  private int at;

  private PlainJson(String text) {
    this.text = text;
  }

  /** Returns the value of a document; throws IllegalArgumentException if it is none. */
  static @Nullable Object parse(byte[] document) {
    PlainJson json = new PlainJson(new String(document, StandardCharsets.ISO_8859_1));
    try {
      Object value = json.value();
      json.space();
      if (json.at < json.text.length()) {
        throw json.error();
      }
      return value;
    } catch (StringIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the document ends too early", e);
    }
  }

  private IllegalArgumentException error() {
    return new IllegalArgumentException("no JSON at offset " + at);
  }

  private char next() {
    return text.charAt(at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Skips a character if it is the next one. */
  private boolean skip(char expected) {
    space();
    if (next() != expected) {
      return false;
    }
    at++;
    return true;
  }

  private @Nullable Object value() {
    space();
    return switch (next()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    at++;
    while (!skip('}')) {
      if (!members.isEmpty() && !skip(',')) {
        throw error();
      }
      space();
      String name = string();
      if (!skip(':')) {
        throw error();
      }
      members.put(name, value());
    }
    return members;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> elements = new ArrayList<>();
    at++;
    while (!skip(']')) {
      if (!elements.isEmpty() && !skip(',')) {
        throw error();
      }
      elements.add(value());
    }
    return elements;
  }

  private String string() {
    if (next() != '"') {
      throw error();
    }
    at++;
    StringBuilder value = new StringBuilder();
    while (next() != '"') {
      char c = text.charAt(at++);
      value.append(c == '\\' ? escape() : String.valueOf(c));
    }
    at++;
    return value.toString();
  }

  private String escape() {
    char c = text.charAt(at++);
    return switch (c) {
      case 'b' -> "\b";
      case 'f' -> "\f";
      case 'n' -> "\n";
      case 'r' -> "\r";
      case 't' -> "\t";
      case 'u' -> {
        at += 4;
        yield Character.toString(Integer.parseInt(text, at - 4, at, 16));
      }
      default -> String.valueOf(c);
    };
  }

  private @Nullable Object word() {
    int start = at;
    while (at < text.length() && " \t\r\n,]}:".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> word.matches("-?[0-9]+") ? new BigInteger(word) : (Object) Double.valueOf(word);
    };
  }
}
