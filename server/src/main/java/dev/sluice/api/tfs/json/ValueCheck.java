package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is wrong with a value that is not regular arrays of what the input accepts.
 *
 * <p>The reference walks the value depth first and checks an array's length before its elements.
 * Here a length is known only at the array's end, so the walk goes on to the ends of the arrays
 * that are open when it meets a problem: the outermost one of a wrong length is what the reference
 * would have named. One pass and no recursion, whatever the nesting.
 */
final class ValueCheck {
  private final byte[] bytes;
  private final long[] dims;
  private final InputType type;

  /** Elements met so far of the open arrays. */
  private final long[] counts;

  private int position;
  private int level;
  private @Nullable ServingException problem;

  private ValueCheck(byte[] bytes, int position, long[] dims, InputType type) {
    this.bytes = bytes;
    this.position = position;
    this.dims = dims;
    this.type = type;
    this.counts = new long[dims.length];
  }

  /** Returns what is wrong with the value at a position, whose first-element shape is given. */
  static @Nullable ServingException find(byte[] bytes, int position, long[] dims, InputType type) {
    ValueCheck check = new ValueCheck(bytes, position, dims, type);
    do {
      check.value();
    } while (check.problem == null && check.level > 0);
    check.closeOuter();
    return check.problem;
  }

  /** Checks a scalar, or enters an array; then leaves the arrays that end. */
  private void value() {
    int rank = dims.length;
    if (bytes[position] == '[') {
      if (level >= rank) {
        fail("Encountered list at unexpected level: " + level + " expected < " + rank);
        skip();
        return;
      }
      counts[level] = 0;
      level++;
      position = ValueWalk.space(bytes, position + 1);
      if (bytes[position] != ']') {
        return;
      }
      leave();
    } else {
      problem = scalarProblem();
      skip();
    }
    while (problem == null && level > 0) {
      counts[level - 1]++;
      int next = ValueWalk.space(bytes, position);
      boolean ends = bytes[next] == ']';
      position = ends ? next : ValueWalk.space(bytes, next + 1);
      if (!ends) {
        return;
      }
      leave();
    }
  }

  private @Nullable ServingException scalarProblem() {
    if (level != dims.length) {
      return JsonErrors.value(
          bytes,
          position,
          "found at incorrect level: "
              + (level + 1)
              + " in the JSON DOM. Expected at level: "
              + dims.length);
    }
    return type.problem(bytes, position);
  }

  /** Goes behind the array that ends at the position. */
  private void leave() {
    position++;
    level--;
    if (counts[level] != dims[level]) {
      fail(
          "Encountered list at unexpected size: "
              + counts[level]
              + " at level: "
              + level
              + " expected size: "
              + dims[level]);
    }
  }

  private void fail(String text) {
    problem = ServingException.invalidArgument(text);
  }

  private void skip() {
    position = ValueWalk.end(bytes, position);
  }

  /** Counts the rest of the arrays around a problem, inner ones first. */
  private void closeOuter() {
    while (level > 0) {
      counts[level - 1]++;
      position = ValueWalk.next(bytes, position);
      while (bytes[position] != ']') {
        skip();
        counts[level - 1]++;
        position = ValueWalk.next(bytes, position);
      }
      leave();
    }
  }
}
