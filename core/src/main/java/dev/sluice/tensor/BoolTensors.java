package dev.sluice.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Keeps to the memory form of bool tensors: one byte for each element, 0 or 1. */
public final class BoolTensors {
  private BoolTensors() {}

  /**
   * Makes 1 of every byte that is not 0. Bytes from outside need it: an engine's C++ may take a
   * bool that is neither 0 nor 1 for anything.
   */
  public static void normalize(MemorySegment data) {
    for (long i = 0; i < data.byteSize(); i++) {
      if (data.get(ValueLayout.JAVA_BYTE, i) != 0) {
        data.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
      }
    }
  }
}
