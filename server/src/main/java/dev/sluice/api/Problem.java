package dev.sluice.api;

import java.util.List;

/** What a client was told of a failure, as traces and logs may have it. */
public final class Problem {
  /** Behind these a message quotes the client's JSON, which may be values of tensors. */
  private static final List<String> BEFORE_QUOTES = List.of("JSON Value: ", "JSON object: ");

  private Problem() {}

  /** Returns a message up to where it quotes what the client sent. */
  public static String withoutContents(String told) {
    for (String before : BEFORE_QUOTES) {
      int at = told.indexOf(before);
      if (at >= 0) {
        return told.substring(0, at + before.length()) + "(not shown)";
      }
    }
    return told;
  }
}
