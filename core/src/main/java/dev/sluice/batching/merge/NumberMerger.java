package dev.sluice.batching.merge;

import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Writes a column into a merged tensor of a fixed-size type. */
final class NumberMerger {
  private final Shape shape;
  private final MemorySegment target;
  private final long rowBytes;
  private final long elementBytes;
  private long position;

  private NumberMerger(Tensor merged) {
    this.shape = merged.shape();
    this.target = merged.data();
    this.rowBytes = target.byteSize() / shape.dim(0);
    this.elementBytes = merged.dtype().byteSize();
  }

  /** Fills a merged tensor, as {@link ColumnMerger#merge} says. */
  static void fill(Column column, Tensor merged) {
    if (merged.data().byteSize() > 0) {
      new NumberMerger(merged).fill(column);
    }
  }

  private void fill(Column column) {
    long last = 0;
    for (int part = 0; part < column.size(); part++) {
      last = position;
      append(column.tensor(part), column.firstRow(part), column.rows(part));
    }
    if (position < target.byteSize()) {
      MemorySegment.copy(target, last, target, position, rowBytes);
      repeat(position, rowBytes, target.byteSize());
    }
  }

  private void append(Tensor tensor, long firstRow, long rows) {
    MemorySegment source = tensor.data();
    if (ColumnMerger.fits(tensor.shape(), shape)) {
      MemorySegment.copy(source, firstRow * rowBytes, target, position, rows * rowBytes);
      position += rows * rowBytes;
      return;
    }
    int last = shape.rank() - 1;
    long lineBytes = tensor.shape().dim(last) * elementBytes;
    long start = firstRow * (source.byteSize() / tensor.shape().dim(0));
    PaddedLines lines = new PaddedLines(rows, tensor.shape(), shape);
    while (lines.next()) {
      long end = position + shape.dim(last) * elementBytes;
      long line = lines.source();
      if (line >= 0) {
        MemorySegment.copy(source, start + line * lineBytes, target, position, lineBytes);
        position += lineBytes;
      }
      if (position < end) {
        MemorySegment.copy(source, start, target, position, elementBytes);
        repeat(position, elementBytes, end);
        position = end;
      }
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
