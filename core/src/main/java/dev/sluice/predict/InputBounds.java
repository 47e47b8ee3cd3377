package dev.sluice.predict;

/**
 * How much memory a call's inputs may take together without further ado, and what happens beyond:
 * few bytes of a request can stand for very many of a tensor. Immutable.
 *
 * @param free bytes that are not charged
 * @param held what the request holds of the budget for other reasons, its message above all
 * @param charges whether more bytes are charged to the budget; if not, they are {@linkplain
 *     LargeInputs not to be written on this thread}
 */
public record InputBounds(long free, long held, boolean charges) {
  /** What a call has unless told otherwise: the smaller ones are bounded by their number. */
  static final InputBounds DEFAULT = new InputBounds(1 << 20, 0, true);

  /** Returns the bounds of a call that is decoded where nobody may wait, on an event loop. */
  public static InputBounds inline(long free) {
    return new InputBounds(free, 0, false);
  }

  /** Returns bounds that let a call take what its request has brought, and charge what is more. */
  public static InputBounds charging(long brought, long held) {
    return brought <= DEFAULT.free && held == 0
        ? DEFAULT
        : new InputBounds(Math.max(brought, DEFAULT.free), held, true);
  }
}
