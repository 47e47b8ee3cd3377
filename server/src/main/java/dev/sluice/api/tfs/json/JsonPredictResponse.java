package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonSink;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Tensor;
import java.util.List;

/** Writes the outputs of a predict request as JSON (rest.md §7). */
public final class JsonPredictResponse {
  private final PrettyLayout layout;
  private final List<TensorSpec> specs;
  private final int[] outputs;
  private final Tensor[] tensors;

  private JsonPredictResponse(JsonSink sink, Signature signature, int[] outputs, Tensor[] tensors) {
    this.layout = new PrettyLayout(sink);
    this.specs = signature.outputs();
    this.outputs = outputs;
    this.tensors = tensors;
  }

  /**
   * Appends an answer's body.
   *
   * @param format the form of the request
   * @param outputs the indices of the signature's outputs that {@code tensors} are the values of
   * @throws ServingException INVALID_ARGUMENT if JSON cannot hold the outputs; what was written
   *     before is to be forgotten then
   */
  public static void write(
      JsonSink sink, JsonFormat format, Signature signature, int[] outputs, Tensor[] tensors)
      throws ServingException {
    if (tensors.length == 0) {
      throw ServingException.invalidArgument("Cannot convert empty tensor map to JSON");
    }
    JsonPredictResponse response = new JsonPredictResponse(sink, signature, outputs, tensors);
    switch (format) {
      case ROW -> response.writeRows();
      case COLUMNAR -> response.writeColumns();
    }
  }

  private TensorText text(int output) {
    return new TensorText(layout, specs.get(outputs[output]), tensors[output]);
  }

  private String name(int output) {
    return specs.get(outputs[output]).name();
  }

  private void writeColumns() throws ServingException {
    layout.open('{');
    layout.name("outputs", true);
    if (tensors.length == 1) {
      text(0).writeAll();
    } else {
      layout.open('{');
      for (int i = 0; i < tensors.length; i++) {
        layout.name(name(i), i == 0);
        text(i).writeAll();
      }
      layout.close('}', false);
    }
    layout.close('}', false);
  }

  private void writeRows() throws ServingException {
    long rows = batchSize();
    layout.open('{');
    layout.name("predictions", true);
    layout.open('[');
    if (tensors.length == 1) {
      layout.setSingleLine(true);
      text(0).elements(0, 0, tensors[0].shape().elements());
      layout.setSingleLine(false);
    } else {
      writeObjects(rows);
    }
    layout.close(']', rows == 0);
    layout.close('}', false);
  }

  private void writeObjects(long rows) throws ServingException {
    TensorText[] texts = new TensorText[tensors.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = text(i);
    }
    for (long row = 0; row < rows; row++) {
      layout.element(row == 0);
      layout.setSingleLine(true);
      layout.open('{');
      for (int i = 0; i < texts.length; i++) {
        layout.name(name(i), i == 0);
        texts[i].writeRow(row);
      }
      layout.close('}', false);
      layout.setSingleLine(false);
    }
  }

  /** Returns the one size of the first dimensions. */
  private long batchSize() throws ServingException {
    long batch = -1;
    for (int i = 0; i < tensors.length; i++) {
      if (tensors[i].shape().rank() == 0) {
        throw ServingException.invalidArgument(
            "Tensor name: " + name(i) + " has no shape information ");
      }
      long size = tensors[i].shape().dim(0);
      if (batch >= 0 && size != batch) {
        throw ServingException.invalidArgument(
            "Tensor name: "
                + name(i)
                + " has inconsistent batch size: "
                + size
                + " expecting: "
                + batch);
      }
      batch = size;
    }
    return batch;
  }
}
