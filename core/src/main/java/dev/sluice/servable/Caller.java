package dev.sluice.servable;

/** Who asks, and how long they wait: what is known of a request before it is decoded. */
public interface Caller {
  /** The name of a client of whom nothing is known. */
  String NOBODY = "";

  /** Of whom nothing is known, and who waits for ever. */
  Caller UNKNOWN = new Caller() {};

  /**
   * Returns the client that the request is of, by whose name what it may have is counted; {@link
   * #NOBODY} if nothing is known. The same every time.
   */
  default String clientName() {
    return NOBODY;
  }

  /**
   * Returns how long it is until the request's deadline; not positive if that has passed.
   *
   * @param now on the scale of System.nanoTime
   */
  default long remainingNanos(long now) {
    return Long.MAX_VALUE;
  }
}
