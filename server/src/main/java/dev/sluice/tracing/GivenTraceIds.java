package dev.sluice.tracing;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a trace have an id that was chosen before its first span is made: a request's id is drawn at
 * its beginning, for the sampling and for logs, and its spans are made at its end. Thread-safe.
 */
final class GivenTraceIds implements IdGenerator {
  private final IdGenerator random = IdGenerator.random();
  private final ThreadLocal<@Nullable String> given = new ThreadLocal<>();

  /** Returns what the maker makes; if it begins a trace, then with this id. */
  <T> T with(String traceId, Supplier<T> maker) {
    given.set(traceId);
    try {
      return maker.get();
    } finally {
      given.remove();
    }
  }

  @Override
  public String generateTraceId() {
    String chosen = given.get();
    return chosen == null ? random.generateTraceId() : chosen;
  }

  @Override
  public String generateSpanId() {
    return random.generateSpanId();
  }
}
