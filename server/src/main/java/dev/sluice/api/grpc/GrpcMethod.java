package dev.sluice.api.grpc;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;

/**
 * A method that runs a model, as its exchange sees it: the steps of a request, in their order.
 * Thread-safe; what belongs to one request is in {@code H}.
 *
 * @param <H> what is read of a request before its model is known, and what becomes of it
 * @param <P> the response
 */
public interface GrpcMethod<H, P> {
  /** Reads what is needed to find the model; the message stays open until {@link #fill} is done. */
  H scan(MessageBytes message) throws MalformedMessageException, ServingException;

  /** Returns the model that a request asks for, as the client named it; empty if it names none. */
  String model(H head);

  /** Takes permit and servable. */
  Call open(H head, Answer answer) throws ServingException;

  /** Selects what to run and gives it its inputs. */
  void fill(Call call, H head) throws ServingException, MalformedMessageException;

  /** Makes the response; the tensors are valid until it has been sent. */
  P answer(Call call, H head, Tensor[] outputs) throws ServingException;

  /** Returns the size of a response in bytes. */
  int size(P response);
}
