package dev.sluice.client.tensor;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts tensors along their first dimension, and joins them. */
public final class Rows {
  private Rows() {}

  /** Returns how many rows all tensors have; -1 if they have not the same number. */
  public static int common(List<NamedTensor> tensors) {
    int rows = -1;
    for (NamedTensor tensor : tensors) {
      if (tensor.shape().isEmpty() || (rows >= 0 && tensor.shape().getFirst() != rows)) {
        return -1;
      }
      rows = tensor.shape().getFirst();
    }
    return rows;
  }

  /** Returns some rows of a tensor that has rows. */
  public static NamedTensor slice(NamedTensor tensor, int from, int to) {
    List<Integer> row = tensor.shape().subList(1, tensor.shape().size());
    int width = NamedTensor.elements(row);
    Values values = slice(tensor.values(), from * width, to * width);
    return new NamedTensor(
        tensor.name(), tensor.dtype(), TensorSpec.prepend(to - from, row), values);
  }

  private static Values slice(Values values, int from, int to) {
    return switch (values) {
      case Values.Reals(double[] all) -> new Values.Reals(Arrays.copyOfRange(all, from, to));
      case Values.Integers(long[] all) -> new Values.Integers(Arrays.copyOfRange(all, from, to));
      case Values.Booleans(boolean[] all) -> new Values.Booleans(Arrays.copyOfRange(all, from, to));
      case Values.Texts(List<ByteString> all) -> new Values.Texts(all.subList(from, to));
    };
  }

  /**
   * Returns the rows of all parts, in their order.
   *
   * @throws InputException if their rows have different shapes
   */
  public static NamedTensor concat(List<NamedTensor> parts) throws InputException {
    NamedTensor first = parts.getFirst();
    if (parts.size() == 1) {
      return first;
    }
    int rows = 0;
    for (NamedTensor part : parts) {
      if (part.shape().isEmpty() || !row(part).equals(row(first))) {
        throw new InputException(
            "the parts of %s have the shapes %s and %s, which cannot be joined"
                .formatted(first.name(), first.shape(), part.shape()));
      }
      rows += part.shape().getFirst();
    }
    List<Integer> shape = TensorSpec.prepend(rows, row(first));
    return new NamedTensor(first.name(), first.dtype(), shape, joined(parts, first));
  }

  private static List<Integer> row(NamedTensor tensor) {
    return tensor.shape().isEmpty() ? List.of() : tensor.shape().subList(1, tensor.shape().size());
  }

  private static Values joined(List<NamedTensor> parts, NamedTensor first) {
    int count = parts.stream().mapToInt(part -> part.values().count()).sum();
    ValuesBuilder all = new ValuesBuilder(DataKind.of(first.dtype()), count);
    int at = 0;
    for (NamedTensor part : parts) {
      for (int i = 0; i < part.values().count(); i++) {
        all.put(at++, part.values(), i);
      }
    }
    return all.build();
  }

  /** Returns some rows of tensors that have as many. */
  public static List<NamedTensor> slices(List<NamedTensor> tensors, int from, int to) {
    List<NamedTensor> cut = new ArrayList<>();
    tensors.forEach(tensor -> cut.add(slice(tensor, from, to)));
    return cut;
  }
}
