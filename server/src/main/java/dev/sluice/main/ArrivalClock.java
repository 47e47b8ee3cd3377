package dev.sluice.main;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells since when a request may have waited in its socket before its event loop read it.
 *
 * <p>A loop that sleeps is woken by what arrives. One that never sleeps finds what has arrived
 * since it looked last; that may be as long as it took to work on what it found then, and of that
 * nobody else knows. Confined to its loop's thread.
 */
final class ArrivalClock implements IoHandler {
  /** A look that takes longer has slept. */
  private static final long LOOK_NANOS = 30_000;

  private static final ThreadLocal<@Nullable ArrivalClock> OWN = new ThreadLocal<>();

  private final IoHandler handler;
  private final LongSupplier nanoTime;
  private final Look look;
  private long since;

  /** Creates the clock of the loop whose handler this is. */
  ArrivalClock(IoHandler handler, LongSupplier nanoTime) {
    this.handler = handler;
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
    this.look = new Look(since);
  }

  /**
   * Returns the earliest time at which what the calling event loop has just read may have arrived,
   * on the scale of System.nanoTime; the present if the caller is no event loop.
   */
  static long arrived() {
    ArrivalClock own = OWN.get();
    return own == null ? System.nanoTime() : own.since;
  }

  @Override
  public void initialize() {
    OWN.set(this);
    handler.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    look.context = context;
    look.begun = nanoTime.getAsLong();
    return handler.run(look);
  }

  @Override
  public void prepareToDestroy() {
    handler.prepareToDestroy();
  }

  @Override
  public void destroy() {
    handler.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return handler.register(handle);
  }

  @Override
  public void wakeup() {
    handler.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return handler.isCompatible(handleType);
  }

  /** One look for what has arrived; the handler asks its last question when it has looked. */
  private final class Look implements IoHandlerContext {
    private @Nullable IoHandlerContext context;
    private long begun;
    private long ended;

    Look(long now) {
      this.begun = now;
      this.ended = now;
    }

    private IoHandlerContext context() {
      IoHandlerContext given = context;
      if (given == null) {
        throw new IllegalStateException("asked outside of a run");
      }
      return given;
    }

    @Override
    public boolean canBlock() {
      return context().canBlock();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return context().delayNanos(currentTimeNanos);
    }

    @Override
    public long deadlineNanos() {
      return context().deadlineNanos();
    }

    @Override
    public boolean shouldReportActiveIoTime() {
      long now = nanoTime.getAsLong();
      since = now - begun > LOOK_NANOS ? now : ended;
      ended = now;
      return context().shouldReportActiveIoTime();
    }

    @Override
    public void reportActiveIoTime(long activeNanos) {
      context().reportActiveIoTime(activeNanos);
    }
  }
}
