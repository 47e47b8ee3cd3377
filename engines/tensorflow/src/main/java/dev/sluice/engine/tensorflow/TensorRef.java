package dev.sluice.engine.tensorflow;

import dev.sluice.tensor.Shape;

/**
 * A tensor of a graph: one output of an operation.
 *
 * @param name what the model calls it, such as {@code x:0}
 * @param operation the TF_Operation, or 0 if the graph has none of that name
 * @param index which output of the operation
 * @param declared the shape that a Placeholder declares, or unknown rank
 */
record TensorRef(String name, long operation, int index, Shape declared) {
  /** Nothing is known to abort below it; see {@link BoundSignature#checkInput}. */
  private static final int LEAST_GUARDED_RANK = 3;

  /** Looks a tensor up by its name: {@code operation:index}, or {@code operation} for index 0. */
  static TensorRef resolve(String name, TfSession session) {
    int colon = name.lastIndexOf(':');
    int index = colon < 0 ? 0 : parseIndex(name, colon + 1);
    String operation = colon < 0 || index < 0 ? name : name.substring(0, colon);
    int output = Math.max(0, index);
    Shape declared =
        output == 0
            ? session.metaGraph().placeholders().getOrDefault(operation, Shape.unknownRank())
            : Shape.unknownRank();
    return new TensorRef(name, session.operation(operation), output, declared);
  }

  private static int parseIndex(String name, int start) {
    try {
      return Integer.parseUnsignedInt(name, start, name.length(), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Returns the lowest rank that may be fed. */
  int minRank() {
    return declared.rank() >= LEAST_GUARDED_RANK ? declared.rank() : 0;
  }
}
