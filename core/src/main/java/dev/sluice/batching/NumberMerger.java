package dev.sluice.batching;

import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Writes the values of one input of all tasks into a merged tensor of a fixed-size type. */
final class NumberMerger {
  private final TaskGroup group;
  private final int input;
  private final Shape shape;
  private final MemorySegment target;
  private final long rowBytes;
  private final long elementBytes;
  private long position;

  private NumberMerger(TaskGroup group, int input, Tensor merged) {
    this.group = group;
    this.input = input;
    this.shape = merged.shape();
    this.target = merged.data();
    this.rowBytes = target.byteSize() / shape.dim(0);
    this.elementBytes = merged.dtype().byteSize();
  }

  /** Fills a merged tensor: the tasks one after the other, then rows like the last one's first. */
  static void fill(TaskGroup group, int input, Tensor merged) {
    if (merged.data().byteSize() > 0) {
      new NumberMerger(group, input, merged).fill();
    }
  }

  private void fill() {
    long lastTask = 0;
    for (int t = 0; t < group.size(); t++) {
      lastTask = position;
      append(group.input(t, input));
    }
    if (position < target.byteSize()) {
      MemorySegment.copy(target, lastTask, target, position, rowBytes);
      repeat(position, rowBytes, target.byteSize());
    }
  }

  private void append(Tensor tensor) {
    MemorySegment source = tensor.data();
    if (MergedShapes.fits(tensor.shape(), shape)) {
      MemorySegment.copy(source, 0, target, position, source.byteSize());
      position += source.byteSize();
      return;
    }
    int last = shape.rank() - 1;
    long lineBytes = tensor.shape().dim(last) * elementBytes;
    PaddedLines lines = new PaddedLines(tensor.shape(), shape);
    while (lines.next()) {
      long end = position + shape.dim(last) * elementBytes;
      long line = lines.source();
      if (line >= 0) {
        MemorySegment.copy(source, line * lineBytes, target, position, lineBytes);
        position += lineBytes;
      }
      pad(source, end);
    }
  }

  /** Fills with copies of the task's first element. */
  private void pad(MemorySegment source, long end) {
    if (position < end) {
      MemorySegment.copy(source, 0, target, position, elementBytes);
      repeat(position, elementBytes, end);
      position = end;
    }
  }

  /** Continues what stands in {@code bytes} from a position on, up to an end. */
  private void repeat(long from, long bytes, long end) {
    long written = bytes;
    while (from + written < end) {
      long next = Math.min(written, end - from - written);
      MemorySegment.copy(target, from, target, from + written, next);
      written += next;
    }
  }
}
