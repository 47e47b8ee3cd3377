package dev.sluice.engine.pytorch;

import java.util.List;
import java.util.stream.IntStream;

/** What a module's {@code forward} gives, as its source says it. */
sealed interface Outcome {
  /** Returns the names of the outputs, in the module's order. */
  List<String> names();

  /** A tensor. */
  record One() implements Outcome {
    @Override
    public List<String> names() {
      return numbered(1);
    }
  }

  /** A tuple of tensors; its parts have names of their own if it is a NamedTuple. */
  record Tuple(List<String> names) implements Outcome {
    public Tuple {
      names = List.copyOf(names);
    }
  }

  /** A list of tensors. */
  record Listed(int count) implements Outcome {
    @Override
    public List<String> names() {
      return numbered(count);
    }
  }

  /** A dictionary of tensors. */
  record Keyed(List<String> names) implements Outcome {
    public Keyed {
      names = List.copyOf(names);
    }
  }

  /** Returns the names of outputs without names. */
  static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(i -> "output_" + i).toList();
  }
}
