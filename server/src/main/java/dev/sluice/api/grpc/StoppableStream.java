package dev.sluice.api.grpc;

import io.grpc.Status;

/** A call with many requests that can be told to take no more of them. Thread-safe. */
public interface StoppableStream {
  /** Ends the call with this status once the requests under way are answered. */
  void stop(Status status);
}
