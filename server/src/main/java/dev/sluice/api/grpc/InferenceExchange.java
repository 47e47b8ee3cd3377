package dev.sluice.api.grpc;

import dev.sluice.api.wire.MessageBytes;
import dev.sluice.servable.ServingException;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method with one request and one answer.
 *
 * <p>The transport calls the listener methods one after the other, on the event loop.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response
 */
public final class InferenceExchange<H, P> extends ServerCall.Listener<MessageBytes>
    implements Reply<H, P> {
  private final ServerCall<MessageBytes, P> rpc;
  private final Metadata headers;
  private final ServedRequest<H, P> request;

  /** The transport's buffers, until the request is served; a cancel before that frees them. */
  private @Nullable MessageBytes message;

  private boolean refused;

  /** Creates the exchange of one call. */
  public InferenceExchange(
      GrpcInference<H, P> service,
      ServerCall<MessageBytes, P> rpc,
      Metadata headers,
      @Nullable Deadline deadline) {
    this.rpc = rpc;
    this.headers = headers;
    this.request = new ServedRequest<>(service, this, deadline);
  }

  @Override
  public void onMessage(MessageBytes received) {
    if (refused || message != null) {
      received.close();
      freeMessage();
      refuseOnce(Status.INTERNAL.withDescription("Too many requests"));
      return;
    }
    message = received;
  }

  @Override
  public void onHalfClose() {
    MessageBytes received = message;
    message = null;
    if (received == null) {
      refuseOnce(Status.INTERNAL.withDescription("Half-closed without a request"));
      return;
    }
    request.serve(received);
  }

  @Override
  public void onCancel() {
    freeMessage();
    request.cancel();
  }

  private void freeMessage() {
    MessageBytes received = message;
    if (received != null) {
      message = null;
      received.close();
    }
  }

  private void refuseOnce(Status status) {
    if (!refused) {
      refused = true;
      rpc.close(status, new Metadata());
    }
  }

  @Override
  public @Nullable String header(String name) {
    return Headers.text(headers, name);
  }

  @Override
  public String client() {
    return Headers.client(rpc);
  }

  @Override
  public String clientName() {
    return GuardedCall.client(rpc);
  }

  @Override
  public void require(String model) throws ServingException {
    GuardedCall.require(rpc, model);
  }

  @Override
  public void answered(P response) {
    rpc.sendHeaders(new Metadata());
    rpc.sendMessage(response);
    rpc.close(Status.OK, Headers.trailers(headers, request));
  }

  @Override
  public void failed(Status status, @Nullable H head) {
    rpc.close(status, GrpcStatuses.withRetry(Headers.trailers(headers, request), status));
  }
}
