package dev.sluice.batching.merge;

import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Writes a column into a merged tensor of strings. */
final class StringMerger {
  private final Column column;
  private final Shape shape;
  private final long elements;
  private final long rowElements;

  /** Creates a merger into a tensor of this shape. */
  StringMerger(Column column, Shape shape) {
    this.column = column;
    this.shape = shape;
    this.elements = shape.elements();
    this.rowElements = elements / shape.dim(0);
  }

  /** Returns how large the memory of the merged tensor is. */
  long byteSize() {
    return StringTensors.byteSize(elements, contentBytes());
  }

  /** Fills a merged tensor, as {@link ColumnMerger#merge} says. */
  void fill(Tensor merged) {
    MemorySegment target = merged.data();
    StringAppender appender = new StringAppender(target, elements);
    long last = 0;
    for (int part = 0; part < column.size(); part++) {
      last = appender.element();
      append(appender, column.tensor(part), column.firstRow(part), column.rows(part));
    }
    while (appender.element() < elements) {
      appender.append(target, elements, last, rowElements);
    }
  }

  private void append(StringAppender appender, Tensor tensor, long firstRow, long rows) {
    MemorySegment source = tensor.data();
    long count = tensor.shape().elements();
    long own = count / tensor.shape().dim(0);
    long start = firstRow * own;
    if (ColumnMerger.fits(tensor.shape(), shape)) {
      appender.append(source, count, start, rows * own);
      return;
    }
    int last = shape.rank() - 1;
    long length = tensor.shape().dim(last);
    PaddedLines lines = new PaddedLines(rows, tensor.shape(), shape);
    while (appender.element() < elements && lines.next()) {
      long end = appender.element() + shape.dim(last);
      long line = lines.source();
      if (line >= 0) {
        appender.append(source, count, start + line * length, length);
      }
      while (appender.element() < end) {
        appender.append(source, count, start, 1);
      }
    }
  }

  private long contentBytes() {
    long bytes = 0;
    long rows = 0;
    for (int part = 0; part < column.size(); part++) {
      rows += column.rows(part);
      bytes = Math.addExact(bytes, contentBytes(part, column.rows(part)));
    }
    long padding = shape.dim(0) - rows;
    if (padding > 0) {
      bytes = Math.addExact(bytes, Math.multiplyExact(padding, contentBytes(column.size() - 1, 1)));
    }
    return bytes;
  }

  /** Returns the content of a tensor's first rows, each filled up with the first element. */
  private long contentBytes(int part, long rows) {
    Tensor tensor = column.tensor(part);
    long own = tensor.shape().elements() / tensor.shape().dim(0);
    long start = column.firstRow(part) * own;
    long bytes = StringAppender.contentBytes(tensor.data(), start, own * rows);
    if (own < rowElements) {
      long fill = StringAppender.contentBytes(tensor.data(), start, 1);
      bytes = Math.addExact(bytes, Math.multiplyExact(fill, (rowElements - own) * rows));
    }
    return bytes;
  }
}
