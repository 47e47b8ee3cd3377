package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.tfs.json.JsonInferenceResponse;
import dev.sluice.protos.serving.InferenceResult;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.RegressionResponse;
import dev.sluice.protos.serving.RegressionResult;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/** Regress: one output {@code outputs}, floats [examples] or [examples, 1]. */
final class Regression implements ExampleMethod {
  private static final String OUTPUTS = "outputs";

  @Override
  public String methodName() {
    return "tensorflow/serving/regress";
  }

  @Override
  public String noun() {
    return "regression";
  }

  @Override
  public void checkOutputCount(int count) throws ServingException {
    if (count != 1) {
      throw ServingException.invalidArgument("Expected one output Tensor.");
    }
  }

  @Override
  public int[] outputs(Signature signature, SignatureText model) throws ServingException {
    if (signature.outputIndex(OUTPUTS) < 0) {
      throw ServingException.invalidArgument(
          "No regression outputs found in SignatureDef: " + model.of(signature));
    }
    return signature.allOutputs();
  }

  @Override
  public ExampleResult result(ExampleTask task, Tensor[] values, long examples)
      throws ServingException {
    Tensor output = values[0];
    Shape shape = output.shape();
    if (shape.rank() != 1 && !(shape.rank() == 2 && shape.dim(1) == 1)) {
      throw ServingException.invalidArgument(
          "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
              + shape);
    }
    if (shape.dim(0) != examples) {
      throw ServingException.invalidArgument(
          "Input batch size did not match output batch size: " + examples + " vs. " + shape.dim(0));
    }
    if (output.dtype() != DataType.FLOAT) {
      throw ServingException.invalidArgument(
          "Expected output Tensor of DT_FLOAT.  Got: DT_" + output.dtype());
    }
    return new Values(examples, output);
  }

  /**
   * What a regressor gave.
   *
   * @param values one float a row
   */
  record Values(long rows, Tensor values) implements ExampleResult {
    @Override
    public MessageLite response(ModelSpec spec) {
      return RegressionResponse.newBuilder().setResult(result()).setModelSpec(spec).build();
    }

    @Override
    public void addTo(InferenceResult.Builder answer) {
      answer.setRegressionResult(result());
    }

    @Override
    public void write(JsonSink sink) {
      JsonInferenceResponse.writeValues(sink, rows, values);
    }

    private RegressionResult result() {
      RegressionResult.Builder result = RegressionResult.newBuilder();
      for (long row = 0; row < rows; row++) {
        float value = values.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * row);
        result.addRegressionsBuilder().setValue(value);
      }
      return result.build();
    }
  }
}
