package dev.sluice.api.tfs;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.rest.RestHead;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.api.tfs.json.JsonExamples;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code :classify} and {@code :regress} (rest.md §6). */
final class RestExamples implements RestRequest<JsonBody> {
  private final ExampleMethod method;
  private final RestOptions options;
  private String signatureName = "";
  private @Nullable JsonExamples examples;
  private @Nullable ExampleTask task;

  RestExamples(ExampleMethod method, RestOptions options) {
    this.method = method;
    this.options = options;
  }

  /** All that is wrong with the body is said before the model is looked for. */
  @Override
  public JsonBody read(byte[] bytes, int length) throws ServingException {
    JsonBody json = JsonBody.scan(bytes, 0, length);
    signatureName = json.signatureName();
    examples = JsonExamples.read(json);
    return json;
  }

  @Override
  public void fill(Call call, JsonBody json) throws ServingException {
    JsonExamples given = examples;
    if (given == null) {
      throw new IllegalStateException("not read");
    }
    examples = null;
    task = Examples.select(call, method, signatureName, options.checkMethodName());
    given.copyTo(Examples.allocate(call, 0, given.count(), given.contentBytes()));
  }

  @Override
  public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
    ExampleTask selected = task;
    if (selected == null) {
      throw new IllegalStateException("not filled");
    }
    selected.result(outputs, Examples.count(finished)).write(sink);
    return options.success();
  }
}
