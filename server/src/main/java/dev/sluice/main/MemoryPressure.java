package dev.sluice.main;

import dev.sluice.config.OverloadSettings;
import dev.sluice.lifecycle.MemoryCheck;
import dev.sluice.lifecycle.MemoryReader;
import dev.sluice.lifecycle.SystemMemory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Knows how much memory is left for requests, a moment ago at most, so that nobody who decides
 * about one has to read the system's files. Thread-safe.
 */
final class MemoryPressure implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(250);

  private final OverloadSettings.Memory settings;
  private final MemoryReader reader;
  private final Thread looks = Thread.ofPlatform().name("memory").daemon().unstarted(this::look);
  private volatile long left = Long.MAX_VALUE;
  private volatile boolean closed;

  MemoryPressure(OverloadSettings.Memory settings) {
    this(settings, new SystemMemory());
  }

  MemoryPressure(OverloadSettings.Memory settings, MemoryReader reader) {
    this.settings = settings;
    this.reader = reader;
  }

  /** Looks once, and from now on again and again; only if memory is to be checked. */
  void start() {
    if (settings.checked()) {
      refresh();
      looks.start();
    }
  }

  /** Returns what is left of the memory when the reserve is not touched; in bytes. */
  long left() {
    return left;
  }

  /** Returns how loads are checked. */
  MemoryCheck ofLoads() {
    return settings.checked() ? new MemoryCheck(reader, settings.reserveBytes()) : MemoryCheck.NONE;
  }

  void refresh() {
    left = Math.max(0, reader.read().free() - settings.reserveBytes());
  }

  private void look() {
    while (!closed) {
      LockSupport.parkNanos(PERIOD.toNanos());
      refresh();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(looks);
  }
}
