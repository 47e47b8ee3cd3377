package dev.sluice.batching.merge;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor as a list of elements, each its bytes: what merging and padding mean, said slowly.
 *
 * @param elements row-major
 */
public record PlainTensor(DataType dtype, List<Long> dims, List<String> elements) {

  /** Returns what a tensor holds. */
  public static PlainTensor of(Tensor tensor) {
    Shape shape = tensor.shape();
    List<String> elements = new ArrayList<>();
    long count = shape.elements();
    int size = tensor.dtype().byteSize();
    for (long i = 0; i < count; i++) {
      MemorySegment element =
          tensor.dtype() == DataType.STRING
              ? StringTensors.element(tensor.data(), count, i)
              : tensor.data().asSlice(i * size, size);
      elements.add(Arrays.toString(element.toArray(ValueLayout.JAVA_BYTE)));
    }
    return new PlainTensor(tensor.dtype(), Arrays.stream(shape.dims()).boxed().toList(), elements);
  }

  /** Returns a tensor of this shape that holds these elements' bytes. */
  public static Tensor tensor(
      TensorAllocator allocator, DataType dtype, Shape shape, List<byte[]> elements) {
    if (dtype == DataType.STRING) {
      return StringTensors.create(allocator, shape, elements);
    }
    int size = dtype.byteSize();
    Tensor tensor = allocator.allocate(dtype, shape, shape.elements() * size);
    for (int i = 0; i < elements.size(); i++) {
      MemorySegment.copy(
          elements.get(i), 0, tensor.data(), ValueLayout.JAVA_BYTE, (long) i * size, size);
    }
    return tensor;
  }

  public long rows() {
    return dims.getFirst();
  }

  /** Returns this tensor with larger dimensions, filled up with its first element. */
  public PlainTensor padded(List<Long> rowDims) {
    List<Long> wide = new ArrayList<>(List.of(rows()));
    wide.addAll(rowDims);
    long count = wide.stream().reduce(1L, (a, b) -> a * b);
    List<String> values = new ArrayList<>();
    for (long flat = 0; flat < count; flat++) {
      values.add(at(flat, wide));
    }
    return new PlainTensor(dtype, wide, values);
  }

  private String at(long flat, List<Long> wide) {
    long rest = flat;
    long own = 0;
    long stride = 1;
    for (int axis = wide.size() - 1; axis >= 0; axis--) {
      long index = rest % wide.get(axis);
      rest /= wide.get(axis);
      if (index >= dims.get(axis)) {
        return elements.getFirst();
      }
      own += index * stride;
      stride *= dims.get(axis);
    }
    return elements.get((int) own);
  }

  /** Returns the dimensions but the first. */
  public List<Long> rowDims() {
    return dims.subList(1, dims.size());
  }

  /** Returns these rows of the tensor. */
  public PlainTensor slice(long from, long count) {
    int row = rows() == 0 ? 0 : (int) (elements.size() / rows());
    List<Long> sliced = new ArrayList<>(List.of(count));
    sliced.addAll(rowDims());
    return new PlainTensor(
        dtype, sliced, elements.subList((int) from * row, (int) (from + count) * row));
  }

  /** Returns the rows of all, and then copies of the last one's first row. */
  public static PlainTensor concat(List<PlainTensor> parts, long rows) {
    List<Long> wide = new ArrayList<>(parts.getFirst().rowDims());
    for (PlainTensor part : parts) {
      for (int axis = 0; axis < wide.size(); axis++) {
        wide.set(axis, Math.max(wide.get(axis), part.rowDims().get(axis)));
      }
    }
    List<String> values = new ArrayList<>();
    parts.forEach(part -> values.addAll(part.padded(wide).elements()));
    List<String> row = parts.getLast().padded(wide).slice(0, 1).elements();
    long have = parts.stream().mapToLong(PlainTensor::rows).sum();
    for (; have < rows; have++) {
      values.addAll(row);
    }
    List<Long> dims = new ArrayList<>(List.of(rows));
    dims.addAll(wide);
    return new PlainTensor(parts.getFirst().dtype(), dims, values);
  }
}
