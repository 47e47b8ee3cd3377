package dev.sluice.client.show;

import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.ModelMetadata;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What a model takes and gives, and a command to try it. */
public final class ModelText {
  /** TensorFlow's own, which is not for clients. */
  private static final String INIT_OP = "__saved_model_init_op";

  private static final Set<Long> CHANNELS = Set.of(1L, 3L, 4L);
  private static final int IMAGE_RANK = 4;

  private ModelText() {}

  /**
   * Returns the text.
   *
   * @param title model and server
   * @param command how the model is asked, without its inputs
   * @param signature the one that the example is for
   */
  public static String of(
      String title, ModelMetadata metadata, String command, SignatureDef signature, Screen screen) {
    StringBuilder text = new StringBuilder(title).append('\n');
    new TreeMap<>(metadata.signatures().getSignatureDefMap())
        .forEach(
            (name, def) -> {
              if (!name.equals(INIT_OP)) {
                text.append("\nsignature ").append(SafeText.lines(name)).append('\n');
                text.append(tensors(def).render(screen.width()).indent(2));
              }
            });
    text.append("\nTry:\n  ").append(command);
    TensorSpec.inputs(signature)
        .forEach(
            input -> {
              if (!signature.containsDefaults(input.name())) {
                text.append(" --input ")
                    .append(signature.getInputsCount() == 1 ? "" : input.name() + "=")
                    .append(example(input));
              }
            });
    return text.append('\n').toString();
  }

  private static Table tensors(SignatureDef signature) {
    Table table = new Table("...");
    table.column("", false);
    table.column("name", false);
    table.column("dtype", false);
    table.column("shape", false);
    TensorSpec.inputs(signature)
        .forEach(
            spec ->
                table.row(
                    cells(
                        signature.containsDefaults(spec.name()) ? "input, optional" : "input",
                        spec)));
    TensorSpec.outputs(signature).forEach(spec -> table.row(cells("output", spec)));
    return table;
  }

  private static List<List<String>> cells(String role, TensorSpec spec) {
    return List.of(
        List.of(role),
        List.of(SafeText.lines(spec.name())),
        List.of(TensorSpec.dtypeText(spec.dtype())),
        List.of(spec.shapeText()));
  }

  private static String example(TensorSpec input) {
    if (input.dtype() == DataType.DT_STRING) {
      return input.name().endsWith("_bytes") ? "photo.jpg" : "'some text'";
    }
    int rank = input.dims().size();
    if (!input.ranked() || rank <= 1) {
      return value(input, rank == 0 && input.ranked() ? 1 : 3);
    }
    if (rank == IMAGE_RANK
        && (CHANNELS.contains(input.dims().getLast()) || CHANNELS.contains(input.dims().get(1)))) {
      return "image.png";
    }
    if (rank == 2) {
      return input.rowWidth().isPresent() ? "rows.csv" : value(input, 3);
    }
    return "array.npy";
  }

  private static String value(TensorSpec input, int count) {
    List<String> values =
        switch (DataKind.of(input.dtype())) {
          // Of an undeclared dtype; whole numbers would be sent as integers.
          case REAL, OTHER -> List.of("1.0", "2.0", "5.0");
          case BOOLEAN -> List.of("true", "false", "true");
          case INTEGER, TEXT -> List.of("1", "2", "5");
        };
    return String.join(",", values.subList(0, count));
  }
}
