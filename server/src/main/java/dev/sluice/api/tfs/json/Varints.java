package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonSink;

/** Protobuf's variable-length whole numbers. */
final class Varints {
  private Varints() {}

  /** Writes a number; negative ones take ten bytes. */
  static void put(JsonSink sink, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      sink.put((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    sink.put((int) rest);
  }

  /** Returns how many bytes a number takes. */
  static int size(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }
}
