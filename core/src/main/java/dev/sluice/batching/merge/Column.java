package dev.sluice.batching.merge;

import dev.sluice.tensor.Tensor;

/** What is to become one tensor: rows of several tensors of one type, one below the other. */
interface Column {
  /** Returns how many tensors there are, at least one. */
  int size();

  /** Returns a tensor; it is valid as long as the column is used. */
  Tensor tensor(int part);

  /** Returns the first row of a tensor that belongs to the column. */
  long firstRow(int part);

  /** Returns how many rows of a tensor belong to the column, at least one. */
  long rows(int part);
}
