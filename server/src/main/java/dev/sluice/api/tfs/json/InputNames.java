package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonStrings;
import dev.sluice.servable.Signature;

/**
 * Finds inputs by the names of object members.
 *
 * <p>Objects of a list mostly have their members in the same order, so the search begins with what
 * followed last time.
 */
final class InputNames {
  /** Up to here a comparison with every name is cheaper than a String. */
  private static final int FEW = 8;

  private final byte[] bytes;
  private final Signature signature;
  private final int count;
  private final int[] order;

  InputNames(byte[] bytes, Signature signature) {
    this.bytes = bytes;
    this.signature = signature;
    this.count = signature.inputs().size();
    this.order = new int[count];
  }

  /**
   * Returns the index of the input that a member is named after, or -1.
   *
   * @param quote where the name begins
   * @param end the position behind the name
   * @param member how many members came before in this object
   */
  int indexOf(int quote, int end, int member) {
    int guess = member < count ? order[member] : 0;
    if (is(guess, quote, end)) {
      return guess;
    }
    int found = search(quote, end);
    if (found >= 0 && member < count) {
      order[member] = found;
    }
    return found;
  }

  private int search(int quote, int end) {
    if (count <= FEW) {
      for (int i = 0; i < count; i++) {
        if (is(i, quote, end)) {
          return i;
        }
      }
    }
    return signature.inputIndex(JsonStrings.text(bytes, quote));
  }

  private boolean is(int input, int quote, int end) {
    return JsonStrings.matches(bytes, quote, end, signature.inputs().get(input).name());
  }
}
