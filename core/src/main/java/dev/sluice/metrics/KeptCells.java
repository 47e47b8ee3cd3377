package dev.sluice.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cells that are recorded in so often that they are not looked up each time. Each is asked for when
 * its first sample comes, since the page has what was asked for. Thread-safe.
 *
 * @param <M> the cells
 */
final class KeptCells<M extends Metric> {
  private final AtomicReferenceArray<@Nullable M> cells;

  KeptCells(int size) {
    cells = new AtomicReferenceArray<>(size);
  }

  M at(int index, Supplier<M> maker) {
    M cell = cells.get(index);
    if (cell == null) {
      // Twice at once does no harm: a family gives the same cell every time.
      cell = maker.get();
      cells.set(index, cell);
    }
    return cell;
  }

  /** Returns a cell, or null if it has had no sample. */
  @Nullable M peek(int index) {
    return cells.get(index);
  }
}
