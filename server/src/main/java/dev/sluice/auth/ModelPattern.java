package dev.sluice.auth;

/**
 * The names of some models: a text in which each {@code *} stands for any characters, or for none.
 *
 * @param text is compared with regard to case
 */
public record ModelPattern(String text) {
  private static final String EVERY = "*";

  /** Returns true if every model's name is one of them. */
  boolean matchesEvery() {
    return text.equals(EVERY);
  }

  /**
   * Returns true if a model's name is one of them. Allocates nothing.
   *
   * <p>A star first stands for nothing, and for one character more whenever what follows does not
   * fit; only the last star met can have to change, so that the time is at most the product of both
   * lengths.
   */
  boolean matches(String model) {
    int at = 0;
    int in = 0;
    int star = -1;
    int behindStar = 0;
    while (in < model.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        behindStar = in;
      } else if (at < text.length() && text.charAt(at) == model.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++behindStar;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
