package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.NumberText;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Writes the answers of classify and regress as JSON (rest.md §6, §7.4). */
public final class JsonInferenceResponse {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final byte[] NO_LABEL = {};

  private final JsonSink sink;
  private final PrettyLayout layout;

  private JsonInferenceResponse(JsonSink sink) {
    this.sink = sink;
    this.layout = new PrettyLayout(sink);
  }

  /**
   * Appends the body of a classify answer: of each row its classes, each a label and a score.
   *
   * @param labels strings [rows, classes], or null where all are empty
   * @param scores floats [rows, classes], or null where all are zero
   */
  public static void writeClasses(
      JsonSink sink, long rows, long classes, @Nullable Tensor labels, @Nullable Tensor scores) {
    JsonInferenceResponse response = new JsonInferenceResponse(sink);
    response.open();
    for (long row = 0; row < rows; row++) {
      response.layout.element(row == 0);
      response.layout.open('[');
      for (long i = 0; i < classes; i++) {
        response.layout.element(i == 0);
        response.writeClass(labels, scores, row * classes + i);
      }
      response.layout.close(']', classes == 0);
    }
    response.layout.setSingleLine(false);
    response.close();
  }

  /**
   * Appends the body of a regress answer.
   *
   * @param values floats, one a row
   */
  public static void writeValues(JsonSink sink, long rows, Tensor values) {
    JsonInferenceResponse response = new JsonInferenceResponse(sink);
    response.open();
    for (long row = 0; row < rows; row++) {
      response.layout.element(row == 0);
      NumberText.write(sink, values.data().get(FLOAT, 4 * row));
    }
    response.close();
  }

  private void open() {
    layout.open('{');
    layout.name("results", true);
    layout.open('[');
    layout.setSingleLine(true);
  }

  private void close() {
    layout.close(']', false);
    layout.close('}', false);
  }

  private void writeClass(@Nullable Tensor labels, @Nullable Tensor scores, long index) {
    layout.open('[');
    layout.element(true);
    JsonEscapes.writeQuoted(sink, labels == null ? NO_LABEL : label(labels, index));
    layout.element(false);
    NumberText.write(sink, scores == null ? 0 : scores.data().get(FLOAT, 4 * index));
    layout.close(']', false);
  }

  private static byte[] label(Tensor labels, long index) {
    return StringTensors.element(labels.data(), labels.shape().elements(), index)
        .toArray(ValueLayout.JAVA_BYTE);
  }
}
