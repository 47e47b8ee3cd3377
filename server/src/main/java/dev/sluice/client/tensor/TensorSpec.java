package dev.sluice.client.tensor;

import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a signature says of one input or output.
 *
 * @param ranked false if any number of dimensions is right
 * @param dims negative where any size is right
 */
public record TensorSpec(String name, DataType dtype, boolean ranked, List<Long> dims) {
  /** Copies the dimensions. */
  public TensorSpec {
    dims = List.copyOf(dims);
  }

  /** Returns the inputs of a signature, by name. */
  public static List<TensorSpec> inputs(SignatureDef signature) {
    return all(signature.getInputsMap());
  }

  /** Returns the outputs of a signature, by name. */
  public static List<TensorSpec> outputs(SignatureDef signature) {
    return all(signature.getOutputsMap());
  }

  private static List<TensorSpec> all(Map<String, TensorInfo> infos) {
    List<TensorSpec> specs = new ArrayList<>();
    new TreeMap<>(infos).forEach((name, info) -> specs.add(of(name, info)));
    return specs;
  }

  private static TensorSpec of(String name, TensorInfo info) {
    TensorShapeProto shape = info.getTensorShape();
    return new TensorSpec(
        name,
        info.getDtype(),
        !shape.getUnknownRank(),
        shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList());
  }

  /**
   * Returns the name of a dtype as NumPy has it: {@code float32}, {@code int64}, {@code string}.
   */
  public static String dtypeText(DataType dtype) {
    return switch (dtype) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      case DT_INVALID -> "undeclared";
      default -> dtype.name().replaceFirst("^DT_", "").toLowerCase(Locale.ROOT);
    };
  }

  /** Returns dtype and shape for people: {@code float32 [?, 13]}. */
  public String text() {
    return dtypeText(dtype) + " " + shapeText();
  }

  /** Returns the shape for people. */
  public String shapeText() {
    return ranked
        ? dims.stream()
            .map(size -> size < 0 ? "?" : size.toString())
            .collect(Collectors.joining(", ", "[", "]"))
        : "of any shape";
  }

  /** Returns true if a tensor of this shape is what is expected. */
  public boolean fits(List<Integer> shape) {
    if (!ranked) {
      return true;
    }
    return dims.size() == shape.size() && fitsFrom(0, shape);
  }

  private boolean fitsFrom(int first, List<Integer> shape) {
    for (int axis = first; axis < dims.size(); axis++) {
      long wanted = dims.get(axis);
      if (wanted >= 0 && wanted != shape.get(axis - first)) {
        return false;
      }
    }
    return true;
  }

  /** Returns true if the shape lacks only the first dimension: it is one row. */
  public boolean fitsAsRow(List<Integer> shape) {
    return ranked && dims.size() == shape.size() + 1 && fitsFrom(1, shape);
  }

  /** Returns how many values a row has, a row being what the first dimension counts. */
  public OptionalInt rowWidth() {
    if (!ranked) {
      return OptionalInt.empty();
    }
    long product = 1;
    for (long size : rowDims()) {
      product *= size;
      if (size < 0 || product > Integer.MAX_VALUE) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.of((int) product);
  }

  /** Returns the shape of a row of so many values; empty if it does not follow. */
  public Optional<List<Integer>> rowShape(int width) {
    if (!ranked) {
      return Optional.of(width == 1 ? List.of() : List.of(width));
    }
    long known = 1;
    int open = 0;
    for (long size : rowDims()) {
      known *= size < 0 ? 1 : size;
      open += size < 0 ? 1 : 0;
    }
    boolean follows = open == 0 ? known == width : open == 1 && known > 0 && width % known == 0;
    if (!follows) {
      return Optional.empty();
    }
    int rest = (int) (width / Math.max(1, known));
    return Optional.of(
        rowDims().stream().map(size -> size < 0 ? rest : Math.toIntExact(size)).toList());
  }

  /** Returns the shape that so many values in one list stand for; empty if none does. */
  public Optional<List<Integer>> flatShape(int count) {
    if (ranked && dims.isEmpty()) {
      return count == 1 ? Optional.of(List.of()) : Optional.empty();
    }
    if (!ranked) {
      return Optional.of(List.of(count));
    }
    int width = rowWidth().orElse(count);
    if (width == 0 || count % width != 0) {
      return Optional.empty();
    }
    return rowShape(width).map(row -> prepend(count / width, row)).filter(this::fits);
  }

  private List<Long> rowDims() {
    return dims.isEmpty() ? dims : dims.subList(1, dims.size());
  }

  /** Returns a shape with one more dimension before. */
  public static List<Integer> prepend(int first, List<Integer> shape) {
    List<Integer> longer = new ArrayList<>(List.of(first));
    longer.addAll(shape);
    return List.copyOf(longer);
  }
}
