package dev.sluice.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads and writes the memory form of string tensors: int64 offsets [n + 1], then the bytes. */
public final class StringTensors {
  private static final ValueLayout.OfLong OFFSET = ValueLayout.JAVA_LONG_UNALIGNED;

  private StringTensors() {}

  /** Returns the bytes of memory that a tensor needs. */
  public static long byteSize(long elements, long contentBytes) {
    return Math.addExact(Math.multiplyExact(Math.addExact(elements, 1), 8L), contentBytes);
  }

  /** Returns where the content begins, in bytes from the start of the segment. */
  public static long contentStart(long elements) {
    return (elements + 1) * 8;
  }

  /** Returns where element {@code index} begins within the content; index n gives the end. */
  public static long offset(MemorySegment data, long index) {
    return data.get(OFFSET, index * 8);
  }

  /** Sets where element {@code index} begins within the content; index n sets the end. */
  public static void setOffset(MemorySegment data, long index, long offset) {
    data.set(OFFSET, index * 8, offset);
  }

  /** Returns the bytes of element {@code index} of a tensor of {@code elements}, not copied. */
  public static MemorySegment element(MemorySegment data, long elements, long index) {
    long start = offset(data, index);
    return data.asSlice(contentStart(elements) + start, offset(data, index + 1) - start);
  }

  /** Returns a new tensor with these elements. */
  public static Tensor create(TensorAllocator allocator, Shape shape, List<byte[]> elements) {
    long count = shape.elements();
    if (count != elements.size()) {
      throw new IllegalArgumentException(
          "shape " + shape + " has " + count + " elements, found " + elements.size());
    }
    long bytes = 0;
    for (byte[] element : elements) {
      bytes += element.length;
    }
    Tensor tensor = allocator.allocate(DataType.STRING, shape, byteSize(count, bytes));
    MemorySegment data = tensor.data();
    long position = 0;
    for (int i = 0; i < elements.size(); i++) {
      byte[] element = elements.get(i);
      setOffset(data, i, position);
      MemorySegment.copy(
          element, 0, data, ValueLayout.JAVA_BYTE, contentStart(count) + position, element.length);
      position += element.length;
    }
    setOffset(data, count, position);
    return tensor;
  }

  /** Returns element {@code index} decoded as UTF-8, for messages and tests. */
  public static String text(Tensor tensor, long index) {
    long elements = tensor.shape().elements();
    byte[] bytes = element(tensor.data(), elements, index).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
