package dev.sluice.api.grpc;

import dev.sluice.auth.Access;
import dev.sluice.servable.ServingException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call by somebody who may not ask for every model: its method asks whether he may for this one.
 * A method that answers without having asked is refused its answer.
 */
final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  private final Access access;
  private final boolean unary;
  private volatile boolean refused;

  GuardedCall(ServerCall<Q, A> call, Access access) {
    super(call);
    this.access = access;
    this.unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
  }

  /**
   * Refuses a request of a call for a model that the caller may not ask for.
   *
   * @param model empty if the request names none
   * @throws ServingException PERMISSION_DENIED
   */
  static void require(ServerCall<?, ?> call, String model) throws ServingException {
    if (call instanceof GuardedCall<?, ?> guarded) {
      guarded.access.require(model);
    }
  }

  @Override
  public void sendMessage(A message) {
    // A stream may also tell of a request that cannot be read; each of its requests asks.
    if (unary && !access.wasAsked()) {
      refused = true;
      return;
    }
    super.sendMessage(message);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    super.close(
        refused
            ? Status.PERMISSION_DENIED.withDescription(
                getMethodDescriptor().getFullMethodName() + " needs its scope on every model")
            : status,
        trailers);
  }
}
