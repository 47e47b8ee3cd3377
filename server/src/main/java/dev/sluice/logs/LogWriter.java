package dev.sluice.logs;

import dev.sluice.config.TelemetrySettings.LogFormat;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The thread that formats and writes entries, in the order in which they came. */
final class LogWriter implements Runnable {
  private static final System.Logger LOG = System.getLogger("sluice");

  /**
   * Between two looks at the queue. Nobody wakes the thread: that would cost each request more than
   * all else that is done for it here.
   */
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Between two lines about lost lines. */
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final EntryQueue queue;
  private final LineSink sink;
  private final LogFormat format;
  private final PerSecond slow;
  private final Thread thread = Thread.ofPlatform().name("request-log").daemon().unstarted(this);
  private volatile boolean stopping;

  /* Touched by the thread only. */
  private long reportedAt = System.nanoTime() - REPORT_NANOS;
  private long reportedLost;
  private long unwritten;
  private @Nullable IOException failure;

  /**
   * Creates the thread.
   *
   * @param slow what bounds warnings of slow requests
   */
  LogWriter(EntryQueue queue, LineSink sink, LogFormat format, PerSecond slow) {
    this.queue = queue;
    this.sink = sink;
    this.format = format;
    this.slow = slow;
  }

  void start() {
    thread.start();
  }

  /** Writes what is left and ends; returns false if that takes too long. */
  boolean stop(Duration patience) throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    return thread.getState() == Thread.State.NEW || thread.join(patience);
  }

  @Override
  public void run() {
    boolean last;
    do {
      last = stopping;
      try {
        writeAll();
        report(last);
      } catch (RuntimeException | Error bug) {
        // The root of this thread: without it nobody would write lines, or say that some are lost.
        LOG.log(Level.ERROR, "A line of the access log could not be made", bug);
      }
      if (!last) {
        LockSupport.parkNanos(this, PERIOD_NANOS);
      }
    } while (!last);
    close();
  }

  private void writeAll() {
    for (RequestEntry entry = queue.poll(); entry != null; entry = queue.poll()) {
      write(entry);
    }
    try {
      sink.flush();
    } catch (IOException e) {
      failure = e;
    }
  }

  private void write(RequestEntry entry) {
    if (entry.reason().slow()) {
      warn(entry);
    }
    if (entry.reason().access()) {
      try {
        sink.write(
            switch (format) {
              case TEXT -> TextLine.access(entry);
              case JSON -> JsonLine.access(entry);
            });
      } catch (IOException e) {
        unwritten++;
        failure = e;
      }
    }
  }

  private void warn(RequestEntry entry) {
    long others = slow.takeRefused();
    if (others == 0) {
      LOG.log(Level.WARNING, "Slow request: {0}", entry);
    } else {
      LOG.log(
          Level.WARNING, "Slow request: {0} ({1} others before it are not shown)", entry, others);
    }
  }

  /** Says, now and then and at the end, what was lost. */
  private void report(boolean last) {
    long now = System.nanoTime();
    if (!last && now - reportedAt < REPORT_NANOS) {
      return;
    }
    long lost = queue.lost();
    if (lost > reportedLost) {
      LOG.log(
          Level.WARNING,
          "The access log lost "
              + (lost - reportedLost)
              + " lines: requests end faster than they can be written");
      reportedLost = lost;
      reportedAt = now;
    }
    IOException reason = failure;
    if (reason != null) {
      LOG.log(
          Level.WARNING,
          "The access log cannot be written (" + unwritten + " lines lost or more): " + reason);
      reportedAt = now;
      unwritten = 0;
      failure = null;
    }
  }

  private void close() {
    try {
      sink.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "The access log cannot be closed: " + e);
    }
  }
}
