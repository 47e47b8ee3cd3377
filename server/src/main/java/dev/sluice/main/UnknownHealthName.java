package dev.sluice.main;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Refuses a health check of an unknown service in the words of the reference's library. */
final class UnknownHealthName implements ServerInterceptor {
  private static final String TEXT = "service name unknown";

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            super.close(
                status.getCode() == Status.Code.NOT_FOUND ? status.withDescription(TEXT) : status,
                trailers);
          }
        },
        headers);
  }
}
