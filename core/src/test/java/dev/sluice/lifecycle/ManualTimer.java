package dev.sluice.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A timer whose time passes when the test says so. */
final class ManualTimer implements Timer {
  private record Entry(Duration delay, Runnable action) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Duration> asked = new ArrayList<>();

  @Override
  public synchronized Runnable schedule(Duration delay, Runnable action) {
    Entry entry = new Entry(delay, action);
    entries.add(entry);
    asked.add(delay);
    return () -> cancel(entry);
  }

  private synchronized void cancel(Entry entry) {
    entries.remove(entry);
  }

  synchronized int waiting() {
    return entries.size();
  }

  synchronized List<Duration> asked() {
    return List.copyOf(asked);
  }

  /** Lets everything that waits be due. */
  void fire() {
    List<Entry> due;
    synchronized (this) {
      due = List.copyOf(entries);
      entries.clear();
    }
    due.forEach(entry -> entry.action().run());
  }
}
