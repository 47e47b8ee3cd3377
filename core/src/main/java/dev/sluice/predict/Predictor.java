package dev.sluice.predict;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.ServableLookup;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in: takes a permit, finds the servable, and hands out the call that owns both.
 *
 * <p>Knows no protocol. Thread-safe; nothing here blocks.
 */
public final class Predictor {
  private final ServableLookup lookup;
  private final Limiter limiter;
  private final ByteBudget memory;

  /** Creates a predictor for requests that one trusts, whatever their size. */
  public Predictor(ServableLookup lookup, Limiter limiter) {
    this(lookup, limiter, new ByteBudget(Long.MAX_VALUE));
  }

  /**
   * Creates a predictor.
   *
   * @param memory what large requests may hold
   */
  public Predictor(ServableLookup lookup, Limiter limiter, ByteBudget memory) {
    this.lookup = lookup;
    this.limiter = limiter;
    this.memory = memory;
  }

  /**
   * Opens a call to a model.
   *
   * @param answer also says who asks and how long they wait
   * @throws ServingException INVALID_ARGUMENT for an empty name or an unknown label, NOT_FOUND if
   *     no such version is available, RESOURCE_EXHAUSTED if too many requests are inside (grpc.md
   *     §3), UNAVAILABLE if the servable has more to do than it can answer in time
   */
  public Call open(String model, VersionChoice choice, Answer answer) throws ServingException {
    String client = answer.clientName();
    if (!limiter.tryAcquire(client)) {
      throw tooMany(client);
    }
    ServableLease lease = null;
    Call call = null;
    try {
      lease = acquire(model, choice);
      ServingException overload = lease.servable().overload(answer);
      if (overload != null) {
        throw overload;
      }
      call = new Call(limiter, memory, lease, answer);
      return call;
    } finally {
      if (call == null) {
        if (lease != null) {
          lease.release();
        }
        limiter.release(client);
      }
    }
  }

  private ServingException tooMany(String client) {
    return new ServingException(
        Code.RESOURCE_EXHAUSTED,
        "Too many requests%s: the server works on %d at once (--max_concurrent_requests)"
            .formatted(client.isEmpty() ? "" : " of client '" + client + "'", limiter.limit()));
  }

  /**
   * Returns an acquired lease of a servable, for requests that only read what it says of itself;
   * the caller releases it.
   */
  public ServableLease acquire(String model, VersionChoice choice) throws ServingException {
    if (model.isEmpty()) {
      throw ServingException.invalidArgument("ModelSpec has no name specified.");
    }
    return switch (choice) {
      case VersionChoice.Latest() -> found(lookup.acquireLatest(model), "Latest(%s)", model, 0);
      case VersionChoice.Specific(long version) ->
          found(lookup.acquire(model, version), "Specific(%s, %d)", model, version);
      case VersionChoice.Labelled(String label) -> {
        OptionalLong version = lookup.labelled(model, label);
        if (version.isEmpty()) {
          throw ServingException.invalidArgument("Unrecognized servable version label: " + label);
        }
        yield found(
            lookup.acquire(model, version.getAsLong()),
            "Specific(%s, %d)",
            model,
            version.getAsLong());
      }
    };
  }

  private static ServableLease found(
      @Nullable ServableLease lease, String form, String model, long version)
      throws ServingException {
    if (lease != null) {
      return lease;
    }
    throw new ServingException(
        Code.NOT_FOUND, "Servable not found for request: " + String.format(form, model, version));
  }
}
