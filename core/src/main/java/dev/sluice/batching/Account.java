package dev.sluice.batching;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one client has waiting in a servable, and how much of the servable it has had. Guarded by
 * the lock of the lanes.
 */
final class Account {
  private final double weight;

  /** One for each kind of which something waits; mostly one. */
  private final List<Line> lines = new ArrayList<>(1);

  /** True if the lines are those of the kinds themselves. */
  private final boolean usesOwnLines;

  /** The line that was emptied last, to be used again. */
  private @Nullable Line spare;

  private int waiting;

  /** The time that the client's requests have run, over its weight: who has least is next. */
  private double served;

  /** What is to be added to that once the account is in no heap, which orders by it. */
  private double correction;

  private Account(double weight, boolean usesOwnLines) {
    this.weight = weight;
    this.usesOwnLines = usesOwnLines;
  }

  /** Returns the account of those who do not say who they are; there is one. */
  static Account ofNobody(double weight) {
    return new Account(weight, true);
  }

  /** Returns an account of a client that has a name. */
  static Account named(double weight) {
    return new Account(weight, false);
  }

  double weight() {
    return weight;
  }

  /** Returns how many requests wait. */
  int waiting() {
    return waiting;
  }

  /** Returns true if so much waits that not all of it can be answered soon. */
  boolean hasMany(BatchPolicy policy) {
    return !policy.hasObjective() && waiting > RequestQueues.MANY;
  }

  /** Returns true if of a line, in which something waits, those are next that came last. */
  boolean newestGoFirst(Line line, long now, BatchPolicy policy) {
    return hasMany(policy)
        || (!policy.hasObjective() && now - line.oldest() > RequestQueues.LONG_NANOS);
  }

  double served() {
    return served;
  }

  /** Begins anew behind others: what a client did not ask for while it was idle is not saved up. */
  void rejoin(double present) {
    served = Math.max(served, present);
  }

  /** Charges a time; only while the account is in no heap. */
  void charge(double nanos) {
    served += nanos / weight;
  }

  /** Notes what a run took beyond what was charged; or less. */
  void note(double nanos) {
    correction += nanos / weight;
  }

  /** Returns true if nothing is noted that has not been charged. */
  boolean isSettled() {
    return correction == 0;
  }

  /** Charges what was noted; only while the account is in no heap. */
  void settle() {
    served += correction;
    correction = 0;
  }

  /** Returns true if the client is owed as much as one that has never been seen. */
  boolean isEven(double present) {
    return waiting == 0 && served <= present;
  }

  /** Returns the line for a kind, made if there is none. */
  Line lineFor(RequestQueue kind) {
    Line line = line(kind);
    if (line == null) {
      line = newLine(kind);
      lines.add(line);
    }
    return line;
  }

  private Line newLine(RequestQueue kind) {
    if (usesOwnLines) {
      return kind.line();
    }
    Line last = spare;
    return last != null && last.kind() == kind ? last : new Line(kind);
  }

  @Nullable Line line(RequestQueue kind) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).kind() == kind) {
        return lines.get(i);
      }
    }
    return null;
  }

  /** Returns the line whose oldest request waits longest; something waits. */
  Line longestWaiting() {
    Line longest = lines.getFirst();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).oldest() - longest.oldest() < 0) {
        longest = lines.get(i);
      }
    }
    return longest;
  }

  /** So many requests have been added to a line, or taken if it is negative. */
  void changed(Line line, int requests) {
    waiting += requests;
    if (line.isEmpty()) {
      lines.remove(line);
      spare = line;
    }
  }

  /** Returns how long the runs of all that waits take, each request with its share of a run. */
  double waitingNanos(BatchPolicy policy) {
    double nanos = 0;
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      nanos += line.rows() * line.kind().forecast().nanosPerRow(policy);
    }
    return nanos;
  }
}
