package dev.sluice.batching;

import dev.sluice.servable.Caller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one servable, by what they have had of it: start-time fair queueing, counted in
 * measured time.
 *
 * <p>Where nobody names clients nothing is counted. A client that comes after it has been idle
 * begins with what that one had who was served last, before that run: so it is served next, but has
 * saved up nothing, and what others used while it did not want it is not held against them.
 *
 * <p>Clients may invent names, so no more than {@value #MOST} are remembered, and those that are
 * owed nothing are forgotten first; who comes when all of them wait shares an account with others
 * of that kind. Guarded by the lock of the lanes.
 */
final class Accounts {
  static final int MOST = 1024;

  /** Others are not passed over without end for a run of one kind. */
  private static final int MOST_ASIDE = 32;

  private final ClientWeights weights;
  private final Account nobody;
  private final Account others = Account.named(1);
  private final Map<String, Account> named = new HashMap<>();

  /** Those of which something waits. */
  private final PriorityQueue<Account> waiting =
      new PriorityQueue<>(Comparator.comparingDouble(Account::served));

  private double weightWaiting;

  /** What the client had that was served last, when it was. */
  private double present;

  /** True if all who are remembered wait, as far as is known. */
  private boolean full;

  Accounts(ClientWeights weights) {
    this.weights = weights;
    this.nobody = Account.ofNobody(weights.of(Caller.NOBODY));
  }

  /** Returns true if any client is known by its name. */
  boolean areSeveral() {
    return !named.isEmpty();
  }

  /** Returns the weight of all who wait together, and of this account. */
  double weightBeside(Account account) {
    return account.waiting() > 0 ? weightWaiting : weightWaiting + account.weight();
  }

  /** Returns true if the client would not wait alone. */
  boolean wouldCompete(Account account) {
    return waiting.size() > (account.waiting() > 0 ? 1 : 0);
  }

  /** Returns how many accounts are kept by name. */
  int size() {
    return named.size();
  }

  /** Returns a client's account. */
  Account of(String client) {
    if (client.isEmpty()) {
      return nobody;
    }
    Account known = named.get(client);
    if (known != null) {
      return known;
    }
    if (!hasPlace()) {
      return others;
    }
    Account made = Account.named(weights.of(client));
    named.put(client, made);
    return made;
  }

  private boolean hasPlace() {
    if (named.size() >= MOST && !full) {
      named.values().removeIf(account -> account.isEven(present));
      if (named.size() >= MOST) {
        named.values().removeIf(account -> account.waiting() == 0);
      }
      full = named.size() >= MOST;
    }
    return named.size() < MOST;
  }

  /** A request was added to a line of an account. */
  void added(Account account, Line line) {
    account.changed(line, 1);
    if (account.waiting() == 1) {
      account.rejoin(beginning());
      weightWaiting += account.weight();
      waiting.add(account);
    }
  }

  /**
   * Returns with what a client begins that comes after it has been idle. Where runs go on side by
   * side, the present may be ahead of those who wait by what such a run was wrongly expected to
   * take.
   */
  private double beginning() {
    Account least = waiting.peek();
    return least == null ? present : Math.min(present, least.served());
  }

  /** Returns the account that is served next; one waits. */
  Account next() {
    Account next = waiting.peek();
    if (next == null) {
      throw new IllegalStateException("nobody waits");
    }
    return next;
  }

  /**
   * Charges an account what was noted of a run, at once: until then it would wait behind others for
   * an estimate that was too high, or go before them for one that was too low.
   */
  void settle(Account account) {
    if (account.isSettled()) {
      return;
    }
    if (account.waiting() > 0) {
      waiting.remove(account);
      account.settle();
      waiting.add(account);
    } else {
      account.settle();
    }
  }

  /** So many requests without a name were taken from a line, where no client has one. */
  void takenByNobody(Line line, int requests) {
    nobody.changed(line, -requests);
    if (nobody.waiting() == 0) {
      waiting.clear();
      left(nobody);
    }
  }

  /**
   * Takes requests of one kind, one after the other of the client that has had least by then.
   *
   * @param limit rows that they may have together; the first request may have more
   * @param now on the scale of the times at which requests were queued
   */
  FairShare take(RequestQueue kind, long limit, long now, BatchPolicy policy) {
    FairShare share = new FairShare(this, Math.max(1, kind.forecast().nanosPerRow(policy)));
    List<Account> aside = new ArrayList<>();
    present = Math.max(present, next().served());
    while (aside.size() < MOST_ASIDE) {
      Account next = waiting.poll();
      if (next == null) {
        break;
      }
      Line line = next.line(kind);
      long room = share.isEmpty() ? Long.MAX_VALUE : limit - share.rows();
      if (line == null) {
        aside.add(next);
      } else if (!share.takeFrom(next, line, next.newestGoFirst(line, now, policy), room)) {
        aside.add(next);
        break;
      } else if (next.waiting() > 0) {
        waiting.add(next);
      } else {
        weightWaiting -= next.weight();
        full = false;
      }
    }
    waiting.addAll(aside);
    forgetSums();
    return share;
  }

  /** Requests were taken from a line that are not to be run. */
  void dropped(Account account, Line line, int requests) {
    if (requests > 0) {
      account.changed(line, -requests);
      if (account.waiting() == 0) {
        waiting.remove(account);
        left(account);
      }
    }
  }

  private void left(Account account) {
    weightWaiting -= account.weight();
    full = false;
    forgetSums();
  }

  /** Sums of fractions drift; that of nothing is known. */
  private void forgetSums() {
    if (waiting.isEmpty()) {
      weightWaiting = 0;
    }
  }

  /**
   * Returns the account of a client as {@link #of} would; null if one would be made for it, since
   * it has never been seen.
   */
  @Nullable Account known(String client) {
    if (client.isEmpty()) {
      return nobody;
    }
    Account known = named.get(client);
    return known == null && full ? others : known;
  }
}
