package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.tfs.json.JsonInferenceResponse;
import dev.sluice.protos.serving.Class;
import dev.sluice.protos.serving.ClassificationResponse;
import dev.sluice.protos.serving.ClassificationResult;
import dev.sluice.protos.serving.Classifications;
import dev.sluice.protos.serving.InferenceResult;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Classify: outputs {@code classes}, strings, and {@code scores}, floats; both [examples, n]. */
final class Classification implements ExampleMethod {
  private static final String CLASSES = "classes";
  private static final String SCORES = "scores";

  @Override
  public String methodName() {
    return "tensorflow/serving/classify";
  }

  @Override
  public String noun() {
    return "classification";
  }

  @Override
  public void checkOutputCount(int count) throws ServingException {
    if (count != 1 && count != 2) {
      throw ServingException.invalidArgument("Expected one or two output Tensors, found " + count);
    }
  }

  @Override
  public int[] outputs(Signature signature, SignatureText model) throws ServingException {
    int[] outputs =
        IntStream.of(signature.outputIndex(CLASSES), signature.outputIndex(SCORES))
            .filter(index -> index >= 0)
            .toArray();
    if (outputs.length == 0) {
      throw ServingException.invalidArgument(
          "Expected classification signature outputs to contain at least one of \"classes\" or"
              + " \"scores\". Signature was: "
              + model.of(signature));
    }
    return outputs;
  }

  @Override
  public ExampleResult result(ExampleTask task, Tensor[] values, long examples)
      throws ServingException {
    Tensor labels = task.value(CLASSES, values);
    Tensor scores = task.value(SCORES, values);
    long classes = 0;
    if (labels != null) {
      check(CLASSES, labels, DataType.STRING, examples);
      classes = labels.shape().dim(1);
    }
    if (scores != null) {
      check(SCORES, scores, DataType.FLOAT, examples);
      if (labels != null && scores.shape().dim(1) != classes) {
        throw ServingException.invalidArgument(
            "Tensors class and score should match in dim_size(1). Got "
                + classes
                + " vs. "
                + scores.shape().dim(1));
      }
      classes = scores.shape().dim(1);
    }
    return new Classes(examples, classes, labels, scores);
  }

  private static void check(String name, Tensor tensor, DataType expected, long examples)
      throws ServingException {
    Shape shape = tensor.shape();
    if (shape.rank() != 2) {
      throw ServingException.invalidArgument(
          "Expected Tensor shape: [batch_size num_classes] but got " + shape);
    }
    if (tensor.dtype() != expected) {
      throw ServingException.invalidArgument(
          "Expected %s Tensor of DT_%s. Got: DT_%s".formatted(name, expected, tensor.dtype()));
    }
    if (shape.dim(0) != examples) {
      throw ServingException.invalidArgument(
          "Expected %s output batch size of %d. Got: %d".formatted(name, examples, shape.dim(0)));
    }
  }

  /**
   * What a classifier gave.
   *
   * @param labels [rows, classes], or null where all are empty
   * @param scores [rows, classes], or null where all are zero
   */
  record Classes(long rows, long classes, @Nullable Tensor labels, @Nullable Tensor scores)
      implements ExampleResult {
    @Override
    public MessageLite response(ModelSpec spec) {
      return ClassificationResponse.newBuilder().setResult(result()).setModelSpec(spec).build();
    }

    @Override
    public void addTo(InferenceResult.Builder answer) {
      answer.setClassificationResult(result());
    }

    @Override
    public void write(JsonSink sink) {
      JsonInferenceResponse.writeClasses(sink, rows, classes, labels, scores);
    }

    private ClassificationResult result() {
      ClassificationResult.Builder result = ClassificationResult.newBuilder();
      for (long row = 0; row < rows; row++) {
        Classifications.Builder classifications = Classifications.newBuilder();
        for (long i = 0; i < classes; i++) {
          classifications.addClasses(element(row * classes + i));
        }
        result.addClassifications(classifications);
      }
      return result.build();
    }

    private Class element(long index) {
      Class.Builder element = Class.newBuilder();
      if (labels != null) {
        // A label is a string field: bytes that are no UTF-8 are replaced, or clients could not
        // read the message.
        element.setLabel(StringTensors.text(labels, index));
      }
      if (scores != null) {
        element.setScore(scores.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * index));
      }
      return element.build();
    }
  }
}
