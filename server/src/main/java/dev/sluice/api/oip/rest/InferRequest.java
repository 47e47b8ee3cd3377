package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.InferOptions;
import dev.sluice.api.oip.OutputPlan;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.api.oip.RequestedOutput;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.oip.json.InferAnswer;
import dev.sluice.api.oip.json.InferBody;
import dev.sluice.api.oip.json.InferOutput;
import dev.sluice.api.oip.json.TensorReader;
import dev.sluice.api.rest.RestHead;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code infer}: JSON, with Triton's binary tensors behind it where the client wants them. */
final class InferRequest implements RestRequest<InferBody> {
  private static final String BINARY = "binary_data";

  private final OipRestOptions options;
  private final SharedMemory regions;
  private final String model;
  private final long jsonLength;
  private String id = "";
  private InferOptions parameters = InferOptions.NONE;
  private @Nullable OutputPlan plan;

  /** Of each output that is wanted whether it is to be raw bytes. */
  private boolean[] binary = {};

  /**
   * Creates a request.
   *
   * @param regions where inputs may lie and outputs be put
   * @param jsonLength how many bytes of the body are JSON; -1 for all
   */
  InferRequest(OipRestOptions options, SharedMemory regions, String model, long jsonLength) {
    this.options = options;
    this.regions = regions;
    this.model = model;
    this.jsonLength = jsonLength;
  }

  @Override
  public InferBody read(byte[] bytes, int length) throws ServingException {
    if (jsonLength > length) {
      throw ServingException.invalidArgument(
          "Model %s: expected a body of at least the %d bytes of %s, found %d"
              .formatted(model, jsonLength, JsonLength.HEADER, length));
    }
    int json = jsonLength < 0 ? length : (int) jsonLength;
    InferBody body = InferBody.read(model, bytes, json, length);
    id = body.id();
    parameters = InferOptions.of(body.parameters());
    return body;
  }

  @Override
  public long timeoutNanos(InferBody body) {
    long micros = parameters.timeoutMicros();
    return micros == 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(micros);
  }

  @Override
  public void fill(Call call, InferBody body) throws ServingException {
    new TensorReader(body, InferInputs.begin(call, parameters), regions).readAll();
    selectOutputs(call, body);
  }

  private void selectOutputs(Call call, InferBody body) throws ServingException {
    boolean byDefault = body.parameters().flag("binary_data_output");
    List<RequestedOutput> wanted = new ArrayList<>();
    for (InferOutput output : body.outputs()) {
      wanted.add(RequestedOutput.of(output.name(), output.parameters()));
    }
    plan = OutputPlan.select(call, wanted);
    binary = new boolean[call.outputs().length];
    Arrays.fill(binary, byDefault);
    for (int i = 0; i < body.outputs().size(); i++) {
      Parameters own = body.outputs().get(i).parameters();
      binary[i] = own.has(BINARY) ? own.flag(BINARY) : byDefault;
    }
  }

  @Override
  public RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException {
    InferAnswer answer = new InferAnswer(sink, finished.id());
    answer.begin(id);
    List<Tensor> raw = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      Tensor view = plan().view(finished, i, outputs[i]);
      String name = finished.signature().outputs().get(finished.outputs()[i]).name();
      RegionSlice slice = plan().region(i);
      if (slice != null) {
        answer.shared(name, view, slice, regions.write(slice, name, view));
      } else if (binary[i]) {
        answer.binary(name, view);
        raw.add(view);
      } else {
        answer.json(name, view);
      }
    }
    int jsonEnd = answer.end();
    if (raw.isEmpty()) {
      return options.json();
    }
    raw.forEach(answer::raw);
    return new RestHead(options.binary(), JsonLength.HEADER + ": " + jsonEnd + "\r\n");
  }

  private OutputPlan plan() {
    OutputPlan selected = plan;
    if (selected == null) {
      throw new IllegalStateException("not filled");
    }
    return selected;
  }
}
