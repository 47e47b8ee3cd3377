package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.ValueLayout;

/**
 * A recorded tensor of floats or doubles: {@code {dtype, shape, data}}, data flat and row-major.
 */
record GoldenTensor(DataType dtype, Shape shape, JsonArray data) {
  static GoldenTensor of(JsonObject json) {
    JsonArray dims = json.getAsJsonArray("shape");
    long[] shape = new long[dims.size()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = dims.get(axis).getAsLong();
    }
    return new GoldenTensor(
        DataType.valueOf(json.get("dtype").getAsString().substring("DT_".length())),
        Shape.of(shape),
        json.getAsJsonArray("data"));
  }

  private double value(int index) {
    return Double.parseDouble(data.get(index).getAsString());
  }

  /** Returns a tensor with the recorded values. */
  Tensor toTensor(TensorAllocator allocator) {
    Tensor tensor = allocator.allocate(dtype, shape, shape.elements() * dtype.byteSize());
    for (int i = 0; i < data.size(); i++) {
      if (dtype == DataType.FLOAT) {
        tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value(i));
      } else {
        tensor.data().setAtIndex(ValueLayout.JAVA_DOUBLE, i, value(i));
      }
    }
    return tensor;
  }

  /** Compares a result: with a tolerance of 0, to the last bit. */
  void assertMatches(String name, Tensor actual, double rtol) {
    assertEquals(dtype, actual.dtype(), name);
    assertEquals(shape, actual.shape(), name);
    for (int i = 0; i < data.size(); i++) {
      double expected = dtype == DataType.FLOAT ? (float) value(i) : value(i);
      double found =
          dtype == DataType.FLOAT
              ? actual.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)
              : actual.data().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      boolean close =
          Double.compare(expected, found) == 0
              || Math.abs(expected - found) <= rtol * Math.abs(expected);
      int index = i;
      assertTrue(close, () -> name + "[" + index + "]: expected " + expected + ", found " + found);
    }
  }
}
