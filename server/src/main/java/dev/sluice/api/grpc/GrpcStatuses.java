package dev.sluice.api.grpc;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;

/** Failures as gRPC's status. */
final class GrpcStatuses {
  /** What is no message, and what is a bug: clients learn nothing of either (grpc.md §1). */
  static final Status INTERNAL = Status.INTERNAL;

  /** Tells clients that try again by themselves when to do it (gRPC's proposal A6). */
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final int LONGEST_MESSAGE = 1024;
  private static final String TRUNCATED = "...TRUNCATED";

  private GrpcStatuses() {}

  /**
   * Returns the status for a failure, with its text cut as the reference cuts it (grpc.md §1). The
   * failure is its cause, which stays here.
   */
  static Status of(ServingException failure) {
    return Status.fromCodeValue(failure.code().number())
        .withDescription(truncated(failure.text()))
        .withCause(failure);
  }

  /** Adds to what is sent with a status when to try again, if that is known. */
  static Metadata withRetry(Metadata trailers, Status status) {
    if (status.getCause() instanceof ServingException failure
        && failure.retryAfter().isPositive()) {
      long millis = Math.max(1, failure.retryAfter().toMillis());
      trailers.put(PUSHBACK, Long.toString(millis));
    }
    return trailers;
  }

  /** Returns the code of a status of ours. */
  static Code code(Status status) {
    Code code = Code.ofNumber(status.getCode().value());
    return code == null ? Code.UNKNOWN : code;
  }

  /** Returns what a status tells the client; empty if nothing. */
  static String text(Status status) {
    String description = status.getDescription();
    return description == null ? "" : description;
  }

  private static String truncated(String text) {
    if (text.length() * 3L <= LONGEST_MESSAGE) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= LONGEST_MESSAGE) {
      return text;
    }
    int end = LONGEST_MESSAGE;
    // Not within a character: a description is text, half a character would become garbage.
    while ((bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + TRUNCATED;
  }
}
