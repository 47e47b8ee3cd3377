package dev.sluice.api.oip;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes the raw form of an output into shared memory, which has the room for it. */
final class RegionWriter {
  private RegionWriter() {}

  /** Writes a tensor from an offset within the region on. */
  static void write(OpenRegion region, long offset, Tensor tensor) throws IOException {
    if (tensor.dtype() == DataType.STRING) {
      MemorySegment raw = strings(tensor);
      region.write(offset, raw, 0, raw.byteSize());
    } else {
      region.write(offset, tensor.data(), 0, tensor.data().byteSize());
    }
  }

  /** All together, since a file call for each element would cost more. */
  private static MemorySegment strings(Tensor tensor) {
    long elements = tensor.shape().elements();
    MemorySegment raw = MemorySegment.ofArray(new byte[Math.toIntExact(RawValues.size(tensor))]);
    long position = 0;
    for (long i = 0; i < elements; i++) {
      MemorySegment element = StringTensors.element(tensor.data(), elements, i);
      raw.set(ValueLayout.JAVA_INT_UNALIGNED, position, (int) element.byteSize());
      position += Integer.BYTES;
      MemorySegment.copy(element, 0, raw, position, element.byteSize());
      position += element.byteSize();
    }
    return raw;
  }
}
