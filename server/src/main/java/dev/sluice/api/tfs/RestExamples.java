package dev.sluice.api.tfs;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.api.tfs.json.JsonExamples;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code :classify} and {@code :regress} (rest.md §6). */
final class RestExamples implements RestRequest {
  private final ExampleMethod method;
  private final boolean checkMethodName;
  private String signatureName = "";
  private @Nullable JsonExamples examples;
  private @Nullable ExampleTask task;

  RestExamples(ExampleMethod method, RestOptions options) {
    this.method = method;
    this.checkMethodName = options.checkMethodName();
  }

  /** All that is wrong with the body is said before the model is looked for. */
  @Override
  public void read(JsonBody json) throws ServingException {
    signatureName = json.signatureName();
    examples = JsonExamples.read(json);
  }

  @Override
  public void fill(Call call, JsonBody json) throws ServingException {
    JsonExamples given = examples;
    if (given == null) {
      throw new IllegalStateException("not read");
    }
    examples = null;
    task = Examples.select(call, method, signatureName, checkMethodName);
    given.copyTo(Examples.allocate(call, 0, given.count(), given.contentBytes()));
  }

  @Override
  public void write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
    ExampleTask selected = task;
    if (selected == null) {
      throw new IllegalStateException("not filled");
    }
    selected.result(outputs, Examples.count(finished)).write(sink);
  }
}
