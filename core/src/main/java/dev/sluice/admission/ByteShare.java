package dev.sluice.admission;

/**
 * What one request holds of a {@link ByteBudget}; grows while the request is read, and is given
 * back as a whole. Used by one thread at a time.
 */
public final class ByteShare implements AutoCloseable {
  private final ByteBudget budget;
  private long held;

  /** Creates a share that holds nothing yet. */
  public ByteShare(ByteBudget budget) {
    this.budget = budget;
  }

  /** Takes more bytes; false if they do not fit now, and then the share is as before. */
  public boolean tryGrow(long bytes) {
    if (!budget.tryGrow(held, bytes)) {
      return false;
    }
    held += bytes;
    return true;
  }

  /** Returns how many bytes the request holds. */
  public long held() {
    return held;
  }

  /** Returns the budget of which this is a share. */
  public ByteBudget budget() {
    return budget;
  }

  /** Gives everything back; a second time does nothing. */
  @Override
  public void close() {
    long bytes = held;
    held = 0;
    budget.release(bytes);
  }
}
