package dev.sluice.api.tfs;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;

/**
 * One request to run a model over REST, as its exchange sees it: the steps of its verb, in their
 * order. Used by one thread at a time.
 */
interface RestRequest {
  /** Reads what can be read before the model is known. */
  void read(JsonBody json) throws ServingException;

  /** Selects what to run and gives it its inputs; the body is not to be used after. */
  void fill(Call call, JsonBody json) throws ServingException;

  /** Appends the answer's body; the tensors are valid only until this returns. */
  void write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException;
}
