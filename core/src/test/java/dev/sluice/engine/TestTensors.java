package dev.sluice.engine;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Tensors for tests, from Java values and back. */
public final class TestTensors {
  private TestTensors() {}

  /** Returns a float tensor. */
  public static Tensor floats(TensorAllocator allocator, Shape shape, float... values) {
    Tensor tensor = allocator.allocate(DataType.FLOAT, shape, shape.elements() * Float.BYTES);
    MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
    return tensor;
  }

  /** Returns an int64 tensor. */
  public static Tensor longs(TensorAllocator allocator, Shape shape, long... values) {
    Tensor tensor = allocator.allocate(DataType.INT64, shape, shape.elements() * Long.BYTES);
    MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_LONG, 0, values.length);
    return tensor;
  }

  /** Returns an int32 tensor. */
  public static Tensor ints(TensorAllocator allocator, Shape shape, int... values) {
    Tensor tensor = allocator.allocate(DataType.INT32, shape, shape.elements() * Integer.BYTES);
    MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_INT, 0, values.length);
    return tensor;
  }

  /** Returns a string tensor of UTF-8 texts. */
  public static Tensor strings(TensorAllocator allocator, Shape shape, String... values) {
    return StringTensors.create(
        allocator,
        shape,
        Arrays.stream(values).map(value -> value.getBytes(StandardCharsets.UTF_8)).toList());
  }

  /** Returns the elements of a float tensor. */
  public static float[] floats(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Returns the elements of an int64 tensor. */
  public static long[] longs(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_LONG);
  }

  /** Returns the elements of a string tensor, as UTF-8. */
  public static String[] strings(Tensor tensor) {
    String[] values = new String[(int) tensor.shape().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = StringTensors.text(tensor, i);
    }
    return values;
  }
}
