package dev.sluice.client.show;

import java.lang.Character.UnicodeScript;

/** How many columns of a terminal text takes. */
final class TextWidth {
  private static final int FULL_WIDTH_FROM = 0xff01;
  private static final int FULL_WIDTH_TO = 0xff60;

  private TextWidth() {}

  static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  private static int of(int letter) {
    if (letter < 0x300) {
      return 1;
    }
    return switch (Character.getType(letter)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(letter) ? 2 : 1;
    };
  }

  private static boolean isWide(int letter) {
    return switch (UnicodeScript.of(letter)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
      default ->
          Character.isEmojiPresentation(letter)
              || (letter >= FULL_WIDTH_FROM && letter <= FULL_WIDTH_TO);
    };
  }

  /** Returns the text if it is no wider, else its beginning with an ellipsis. */
  static String fit(String text, int width, String ellipsis) {
    if (text.length() <= width && of(text) <= width) {
      return text;
    }
    int left = width - ellipsis.length();
    StringBuilder cut = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int letter = text.codePointAt(at);
      left -= of(letter);
      if (left < 0) {
        // Whatever is left out, if anything, is more than what the ellipsis takes.
        return of(text) <= width ? text : cut + ellipsis;
      }
      cut.appendCodePoint(letter);
      at += Character.charCount(letter);
    }
    return text;
  }
}
