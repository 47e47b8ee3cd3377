package dev.sluice.telemetry;

/**
 * A request's time in nanoseconds, divided among what it was spent on. The parts follow each other
 * without a gap, so that their sum is the whole: what has no mark of its own belongs to the part
 * before.
 *
 * @param decodeNanos until the inputs were decoded and handed to the servable
 * @param queueNanos until the engine began: the wait for a lane, and for others of a batch
 * @param engineNanos the run; where requests share one, all of it
 * @param encodeNanos until the answer was handed to the transport
 */
public record RequestTimes(long decodeNanos, long queueNanos, long engineNanos, long encodeNanos) {

  /** Returns the times of a request that has ended; what it never reached took none. */
  public static RequestTimes of(RequestRecord request) {
    return until(request, request.endNanos());
  }

  /** Returns the times of a request that is about to be answered, as if it ended then. */
  public static RequestTimes until(RequestRecord request, long endNanos) {
    long start = request.startNanos();
    long end = Math.max(endNanos - start, 0);
    long decoded = mark(request.decodedNanos(), start, 0, end);
    long began = mark(request.runStartNanos(), start, decoded, end);
    long ran = mark(request.runEndNanos(), start, began, end);
    return new RequestTimes(decoded, began - decoded, ran - began, end - ran);
  }

  /** Returns a mark as time since the start, between those around it; the end if it has none. */
  private static long mark(long nanoTime, long start, long least, long most) {
    return nanoTime == 0 ? most : Math.clamp(nanoTime - start, least, most);
  }

  /** Returns how long the request took. */
  public long totalNanos() {
    return decodeNanos + queueNanos + engineNanos + encodeNanos;
  }
}
