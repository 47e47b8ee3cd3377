package dev.sluice.telemetry;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day of moments on the scale of {@link System#nanoTime}.
 *
 * <p>Both clocks are read together once, as the anchor, and again when it is some seconds old: the
 * time of day may be set, and the two may drift apart. Who converts several moments of one request
 * asks once for the {@linkplain #offset() offset}, so that they keep their distances. Thread-safe.
 */
public final class WallClock {
  /** A clock that is set shows up within this time; drift in it is far below a microsecond. */
  private static final long ANCHOR_NANOS = 5_000_000_000L;

  /** Of several pairs of readings the closest counts: a thread may be interrupted between them. */
  private static final int READINGS = 3;

  private static final long NANOS = 1_000_000_000L;

  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private volatile Anchor anchor;

  private record Anchor(long takenAt, long offset) {}

  /** Creates a clock of the system's two. */
  public WallClock() {
    this(InstantSource.system(), System::nanoTime);
  }

  WallClock(InstantSource wall, LongSupplier nanoTime) {
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.anchor = read();
  }

  /** Returns what must be added to a moment to have the nanoseconds since 1970. */
  public long offset() {
    Anchor current = anchor;
    if (nanoTime.getAsLong() - current.takenAt >= ANCHOR_NANOS) {
      current = read();
      anchor = current;
    }
    return current.offset;
  }

  private Anchor read() {
    long least = Long.MAX_VALUE;
    long at = 0;
    long offset = 0;
    for (int i = 0; i < READINGS; i++) {
      long before = nanoTime.getAsLong();
      long epoch = epochNanos();
      long after = nanoTime.getAsLong();
      if (after - before < least) {
        least = after - before;
        at = before + least / 2;
        offset = epoch - at;
      }
    }
    return new Anchor(at, offset);
  }

  private long epochNanos() {
    var now = wall.instant();
    return now.getEpochSecond() * NANOS + now.getNano();
  }
}
