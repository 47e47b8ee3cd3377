package dev.sluice.client;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Splits inputs into requests, and joins the answers. */
final class Batches {
  private Batches() {}

  /**
   * Returns the inputs of each request.
   *
   * @param size rows of a request; empty: all in one
   * @throws InputException if they cannot be split
   */
  static List<List<NamedTensor>> of(List<NamedTensor> inputs, OptionalInt size)
      throws InputException {
    if (size.isEmpty()) {
      return List.of(inputs);
    }
    int rows = Rows.common(inputs);
    if (rows < 0) {
      throw new InputException("--batch: the inputs have not the same number of rows");
    }
    List<List<NamedTensor>> batches = new ArrayList<>();
    for (int from = 0; from < rows; from += Math.min(size.getAsInt(), rows - from)) {
      batches.add(Rows.slices(inputs, from, from + Math.min(size.getAsInt(), rows - from)));
    }
    return batches.isEmpty() ? List.of(inputs) : batches;
  }

  /**
   * Returns the outputs of all requests together.
   *
   * @throws InputException if they cannot be joined
   */
  static List<NamedTensor> join(List<List<NamedTensor>> answers) throws InputException {
    List<NamedTensor> outputs = new ArrayList<>();
    for (int i = 0; i < answers.getFirst().size(); i++) {
      int output = i;
      outputs.add(Rows.concat(answers.stream().map(answer -> answer.get(output)).toList()));
    }
    return outputs;
  }
}
