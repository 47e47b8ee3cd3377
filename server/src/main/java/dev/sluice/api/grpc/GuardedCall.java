package dev.sluice.api.grpc;

import dev.sluice.auth.Access;
import dev.sluice.servable.ServingException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call of which more is known than the transport tells: whose it is, and that he may not ask for
 * every model, so that its method asks whether he may for this one. A method that answers without
 * having asked is refused its answer.
 *
 * <p>The method finds this in the call itself, so no other interceptor may wrap the call between
 * the one that makes this and the method. gRPC's own contexts would do, too, but each callback of
 * each call would change contexts twice.
 */
public final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  private final @Nullable Access access;
  private final boolean unary;
  private final String client;
  private volatile boolean refused;

  private GuardedCall(ServerCall<Q, A> call, String client, @Nullable Access access) {
    super(call);
    this.client = client;
    this.access = access;
    this.unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
  }

  /**
   * Returns the call with what is known of who makes it.
   *
   * @param client of which client the call is; empty if nobody was asked who he is
   * @param access what the method must ask; null if the answer would be yes
   */
  static <Q, A> ServerCall<Q, A> of(ServerCall<Q, A> call, String client, @Nullable Access access) {
    return client.isEmpty() && access == null ? call : new GuardedCall<>(call, client, access);
  }

  /** Returns the call as that of a client; what was known of it still holds. */
  public static <Q, A> ServerCall<Q, A> named(ServerCall<Q, A> call, String client) {
    return call instanceof GuardedCall<Q, A> guarded
        ? new GuardedCall<>(guarded.delegate(), client, guarded.access)
        : new GuardedCall<>(call, client, null);
  }

  /** Returns the client that a call is of; empty if nobody said. */
  public static String client(ServerCall<?, ?> call) {
    return call instanceof GuardedCall<?, ?> guarded ? guarded.client : "";
  }

  /**
   * Refuses a request of a call for a model that the caller may not ask for.
   *
   * @param model empty if the request names none
   * @throws ServingException PERMISSION_DENIED
   */
  static void require(ServerCall<?, ?> call, String model) throws ServingException {
    if (call instanceof GuardedCall<?, ?> guarded && guarded.access != null) {
      guarded.access.require(model);
    }
  }

  @Override
  public void sendMessage(A message) {
    // A stream may also tell of a request that cannot be read; each of its requests asks.
    if (access != null && unary && !access.wasAsked()) {
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
