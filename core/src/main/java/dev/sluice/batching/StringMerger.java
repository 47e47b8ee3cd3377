package dev.sluice.batching;

import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Writes the values of one input of all tasks into a merged tensor of strings. */
final class StringMerger {
  private final TaskGroup group;
  private final int input;
  private final Shape shape;
  private final long elements;
  private final long rowElements;

  /** Creates a merger of one input into a tensor of this shape. */
  StringMerger(TaskGroup group, int input, Shape shape) {
    this.group = group;
    this.input = input;
    this.shape = shape;
    this.elements = shape.elements();
    this.rowElements = elements / shape.dim(0);
  }

  /** Returns how large the memory of the merged tensor is. */
  long byteSize() {
    return StringTensors.byteSize(elements, contentBytes());
  }

  /** Fills a merged tensor: the tasks one after the other, then rows like the last one's first. */
  void fill(Tensor merged) {
    MemorySegment target = merged.data();
    StringAppender appender = new StringAppender(target, elements);
    long lastTask = 0;
    for (int t = 0; t < group.size(); t++) {
      lastTask = appender.element();
      append(appender, group.input(t, input));
    }
    while (appender.element() < elements) {
      appender.append(target, elements, lastTask, rowElements);
    }
  }

  private void append(StringAppender appender, Tensor tensor) {
    MemorySegment source = tensor.data();
    long count = tensor.shape().elements();
    if (MergedShapes.fits(tensor.shape(), shape)) {
      appender.append(source, count, 0, count);
      return;
    }
    int last = shape.rank() - 1;
    long length = tensor.shape().dim(last);
    PaddedLines lines = new PaddedLines(tensor.shape(), shape);
    while (appender.element() < elements && lines.next()) {
      long end = appender.element() + shape.dim(last);
      long line = lines.source();
      if (line >= 0) {
        appender.append(source, count, line * length, length);
      }
      while (appender.element() < end) {
        appender.append(source, count, 0, 1);
      }
    }
  }

  private long contentBytes() {
    long bytes = 0;
    long rows = 0;
    for (int t = 0; t < group.size(); t++) {
      Tensor tensor = group.input(t, input);
      long taskRows = tensor.shape().dim(0);
      rows += taskRows;
      bytes = Math.addExact(bytes, paddedBytes(tensor, taskRows));
    }
    long padding = shape.dim(0) - rows;
    if (padding > 0) {
      Tensor last = group.input(group.size() - 1, input);
      bytes = Math.addExact(bytes, Math.multiplyExact(padding, paddedBytes(last, 1)));
    }
    return bytes;
  }

  /** Returns the content of a task's first rows, each filled up with its first element. */
  private long paddedBytes(Tensor tensor, long rows) {
    long own = tensor.shape().elements() / tensor.shape().dim(0);
    long bytes = StringAppender.contentBytes(tensor.data(), 0, own * rows);
    if (own < rowElements) {
      long fill = StringAppender.contentBytes(tensor.data(), 0, 1);
      bytes = Math.addExact(bytes, Math.multiplyExact(fill, (rowElements - own) * rows));
    }
    return bytes;
  }
}
