package dev.sluice.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Is told of requests. Thread-safe; it must not block, and must not allocate for requests that it
 * does not record.
 */
public interface RequestListener {
  /** Is told nothing: no header is read and no time is taken for its sake. */
  RequestListener NONE =
      new RequestListener() {
        @Override
        public @Nullable TraceContext begins(
            @Nullable String traceparent, @Nullable String tracestate) {
          return null;
        }

        @Override
        public void ended(RequestRecord record) {}
      };

  /**
   * A request begins: its bytes are there.
   *
   * @param traceparent the header's value, or null; the same holds for the other
   * @return what is kept for the request until its end; null if it is not traced
   */
  @Nullable TraceContext begins(@Nullable String traceparent, @Nullable String tracestate);

  /**
   * A request has ended, its answer (if any) handed to the transport; on the thread that answered.
   * Called once for each request that began, cancelled and refused ones too.
   */
  void ended(RequestRecord record);
}
