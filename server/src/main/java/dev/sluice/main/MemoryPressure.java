package dev.sluice.main;

import dev.sluice.admission.SpareMemory;
import dev.sluice.config.OverloadSettings;
import dev.sluice.lifecycle.MemoryCheck;
import dev.sluice.lifecycle.MemoryReader;
import dev.sluice.lifecycle.SystemMemory;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Knows how much memory is left for requests, a moment ago at most, so that nobody who decides
 * about one has to read the system's files. Thread-safe.
 */
final class MemoryPressure implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("sluice");
  private static final Duration PERIOD = Duration.ofMillis(250);

  private final OverloadSettings.Memory settings;
  private final MemoryReader reader;
  private final Thread looks = Thread.ofPlatform().name("memory").daemon().unstarted(this::look);
  private final SpareMemory spare = new SpareMemory();
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

  /** Returns what is left of the memory when the reserve is not touched. */
  SpareMemory spare() {
    return spare;
  }

  /** Returns how loads are checked. */
  MemoryCheck ofLoads() {
    return settings.checked() ? new MemoryCheck(reader, settings.reserveBytes()) : MemoryCheck.NONE;
  }

  void refresh() {
    spare.found(Math.max(0, reader.read().free() - settings.reserveBytes()));
  }

  private void look() {
    boolean failed = false;
    while (!closed) {
      LockSupport.parkNanos(PERIOD.toNanos());
      try {
        refresh();
        failed = false;
      } catch (RuntimeException | Error bug) {
        // Such as the want of heap: the next look may find things better. Said once in a row.
        if (!failed) {
          LOG.log(Level.ERROR, "It could not be found out how much memory is left", bug);
        }
        failed = true;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(looks);
  }
}
