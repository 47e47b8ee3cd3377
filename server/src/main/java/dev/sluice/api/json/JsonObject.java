package dev.sluice.api.json;

/**
 * Goes through the members of one object of a checked document.
 *
 * <pre>{@code
 * JsonObject object = new JsonObject(bytes, sizes, position);
 * while (object.next()) {
 *   if (object.is("name")) { … object.value() … }
 * }
 * }</pre>
 */
public final class JsonObject {
  private final byte[] bytes;
  private final ArraySizes sizes;
  private int position;
  private int nameEnd;
  private int value = -1;

  /**
   * Begins before the first member.
   *
   * @param sizes with the ends of arrays, so that long ones are passed at once
   * @param open where the object's bracket is
   */
  public JsonObject(byte[] bytes, ArraySizes sizes, int open) {
    this.bytes = bytes;
    this.sizes = sizes;
    this.position = ValueWalk.space(bytes, open + 1);
  }

  /** Goes on to the next member; false if there is none. */
  public boolean next() {
    if (value >= 0) {
      position = ValueWalk.next(bytes, end(bytes, sizes, value));
    }
    if (bytes[position] == '}') {
      return false;
    }
    nameEnd = JsonStrings.end(bytes, position);
    value = ValueWalk.memberValue(bytes, nameEnd);
    return true;
  }

  /** Returns the position behind the object; once {@link #next} has returned false. */
  public int end() {
    return position + 1;
  }

  /** Returns true if the member has that name, an ASCII word. */
  public boolean is(String word) {
    return JsonStrings.matches(bytes, position, nameEnd, word);
  }

  /** Returns the member's name. */
  public String name() {
    return JsonStrings.text(bytes, position);
  }

  /** Returns where the member's value is. */
  public int value() {
    return value;
  }

  /** Returns the position behind a value. */
  public static int end(byte[] bytes, ArraySizes sizes, int value) {
    int known = bytes[value] == '[' ? sizes.endOf(value) : -1;
    return known < 0 ? ValueWalk.end(bytes, value) : known;
  }
}
