package dev.sluice.api.tfs;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.rest.RestHead;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.api.tfs.json.JsonFormat;
import dev.sluice.api.tfs.json.JsonPredictResponse;
import dev.sluice.api.tfs.json.PredictInputs;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.Set;

/** {@code :predict} (rest.md §4, §7). */
final class RestPredict implements RestRequest<JsonBody> {
  private final RestOptions options;
  private String signatureName = "";
  private JsonFormat format = JsonFormat.ROW;

  RestPredict(RestOptions options) {
    this.options = options;
  }

  @Override
  public JsonBody read(byte[] bytes, int length) throws ServingException {
    JsonBody json = JsonBody.scan(bytes, 0, length);
    signatureName = json.signatureName();
    return json;
  }

  @Override
  public void fill(Call call, JsonBody json) throws ServingException {
    Signature signature = call.select(signatureName);
    if (signature == null) {
      throw JsonBody.signatureNotFound(signatureName);
    }
    format = PredictInputs.fill(json, signature, call::allocateInput);
    if (options.checkMethodName()) {
      PredictChecks.method(signature);
    }
    for (int input = 0; input < signature.inputs().size(); input++) {
      if (!call.hasInput(input)) {
        PredictChecks.absentInput(signature, input, Set.of());
      }
    }
  }

  @Override
  public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
    JsonPredictResponse.write(sink, format, finished.signature(), finished.outputs(), outputs);
    return options.success();
  }
}
