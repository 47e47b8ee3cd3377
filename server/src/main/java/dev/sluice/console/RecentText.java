package dev.sluice.console;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A text that is made anew only when the last one is old, however many ask for it. Thread-safe; two
 * who ask at the same moment may both make it, which does no harm.
 */
final class RecentText {
  /** Half of what the page waits between two looks: nobody sees the same twice. */
  static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Supplier<byte[]> maker;
  private final LongSupplier nanoTime;
  private volatile @Nullable Made last;

  private static final class Made {
    private final long nanos;
    private final byte[] text;

    Made(long nanos, byte[] text) {
      this.nanos = nanos;
      this.text = text;
    }
  }

  RecentText(Supplier<byte[]> maker, LongSupplier nanoTime) {
    this.maker = maker;
    this.nanoTime = nanoTime;
  }

  /** Returns the text; it is shared and must not be written. */
  byte[] text() {
    Made made = last;
    long now = nanoTime.getAsLong();
    if (made == null || now - made.nanos >= MAX_AGE_NANOS) {
      made = new Made(now, maker.get());
      last = made;
    }
    return made.text;
  }
}
