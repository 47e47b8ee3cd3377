package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A recorded tensor: {@code {dtype, shape, data}}, data flat and row-major. */
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

  /** Returns a tensor with the recorded values. */
  Tensor toTensor(TensorAllocator allocator) {
    if (dtype == DataType.STRING) {
      List<byte[]> strings = new ArrayList<>();
      data.forEach(element -> strings.add(string(element)));
      return StringTensors.create(allocator, shape, strings);
    }
    byte[] bytes = numbers();
    Tensor tensor = allocator.allocate(dtype, shape, bytes.length);
    tensor.data().asByteBuffer().put(bytes);
    return tensor;
  }

  private static byte[] string(JsonElement element) {
    return element.isJsonObject()
        ? Base64.getDecoder().decode(element.getAsJsonObject().get("b64").getAsString())
        : element.getAsString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] numbers() {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) shape.elements() * dtype.byteSize())
            .order(ByteOrder.LITTLE_ENDIAN);
    data.forEach(element -> put(bytes, element));
    assertEquals(0, bytes.remaining());
    return bytes.array();
  }

  private void put(ByteBuffer bytes, JsonElement element) {
    switch (dtype) {
      case FLOAT -> bytes.putFloat((float) real(element));
      case DOUBLE -> bytes.putDouble(real(element));
      case HALF -> bytes.putShort(Float.floatToFloat16((float) real(element)));
      case BFLOAT16 ->
          bytes.putShort((short) (Float.floatToRawIntBits((float) real(element)) >>> 16));
      case COMPLEX64 ->
          element.getAsJsonArray().forEach(part -> bytes.putFloat((float) real(part)));
      case COMPLEX128 -> element.getAsJsonArray().forEach(part -> bytes.putDouble(real(part)));
      case BOOL -> bytes.put((byte) (element.getAsBoolean() ? 1 : 0));
      case INT64, UINT64 -> bytes.putLong(whole(element));
      case INT32, UINT32 -> bytes.putInt((int) whole(element));
      case INT16, UINT16 -> bytes.putShort((short) whole(element));
      case INT8, UINT8 -> bytes.put((byte) whole(element));
      default -> throw new AssertionError("no golden values of type " + dtype);
    }
  }

  private static double real(JsonElement element) {
    return Double.parseDouble(element.getAsString());
  }

  private static long whole(JsonElement element) {
    return new BigInteger(element.getAsString()).longValue();
  }

  /** Compares a result: floats within the tolerance, everything else exactly. */
  void assertMatches(String name, Tensor actual, double rtol, double atol) {
    assertEquals(dtype, actual.dtype(), name);
    assertEquals(shape, actual.shape(), name);
    if (dtype == DataType.STRING) {
      for (int i = 0; i < data.size(); i++) {
        assertArrayEquals(
            string(data.get(i)),
            StringTensors.element(actual.data(), data.size(), i).toArray(ValueLayout.JAVA_BYTE),
            name);
      }
    } else if (dtype == DataType.FLOAT || dtype == DataType.DOUBLE) {
      assertClose(name, actual, rtol, atol);
    } else {
      assertArrayEquals(numbers(), actual.data().toArray(ValueLayout.JAVA_BYTE), name);
    }
  }

  private void assertClose(String name, Tensor actual, double rtol, double atol) {
    for (int i = 0; i < data.size(); i++) {
      double expected = real(data.get(i));
      double found =
          dtype == DataType.FLOAT
              ? actual.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)
              : actual.data().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      double target = dtype == DataType.FLOAT ? (float) expected : expected;
      boolean close =
          Double.compare(target, found) == 0
              || Math.abs(target - found) <= atol + rtol * Math.abs(target);
      assertTrue(close, () -> name + ": expected " + target + ", found " + found);
    }
  }
}
