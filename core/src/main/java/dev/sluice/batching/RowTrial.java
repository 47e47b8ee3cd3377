package dev.sluice.batching;

import dev.sluice.batching.merge.Batch;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a signature works row by row. Two rows, one of a request and one made from it,
 * run apart and then together; each must get the same either way.
 *
 * <p>Shapes alone do not tell: a model may normalise over the batch, count its rows, or draw random
 * numbers, and then requests that share a run would change each other's answers. Used by one
 * thread.
 */
final class RowTrial implements AutoCloseable {
  /** What a trial tells; with the reason for the log. */
  sealed interface Outcome {
    /** Requests may share runs. */
    record Independent() implements Outcome {}

    /** They must not. */
    record Dependent(String reason) implements Outcome {}

    /** The rows that were tried do not run at all. */
    record Unknown(String reason) implements Outcome {}

    /** There was no trial: the request itself failed. */
    record NotMade() implements Outcome {}
  }

  private final Servable servable;
  private final Signature signature;
  private final Tensor[] row;
  private final Tensor[] other;

  private RowTrial(Servable servable, Signature signature, Tensor[] row, Tensor[] other) {
    this.servable = servable;
    this.signature = signature;
    this.row = row;
    this.other = other;
  }

  /**
   * Returns a trial with a copy of the first row of a request; null if it has no rows, or there is
   * no memory for one.
   */
  static @Nullable RowTrial of(Servable counted, RunRequest request) {
    if (RowShapes.rows(request) < 1) {
      return null;
    }
    Servable servable = counted.uncounted();
    int inputs = request.signature().inputs().size();
    RowTrial trial =
        new RowTrial(servable, request.signature(), new Tensor[inputs], new Tensor[inputs]);
    boolean whole = false;
    try {
      for (int i = 0; i < inputs; i++) {
        Tensor input = Objects.requireNonNull(request.input(i));
        trial.row[i] = Rows.first(servable.allocator(), input);
        trial.other[i] = Rows.altered(servable.allocator(), trial.row[i]);
      }
      whole = true;
      return trial;
    } catch (OutOfMemoryError tooLarge) {
      return null;
    } finally {
      if (!whole) {
        trial.close();
      }
    }
  }

  /** Makes the trial on the calling thread. */
  Outcome run() {
    try {
      return compare();
    } catch (ServingException e) {
      return new Outcome.Dependent("two rows cannot share a run: " + e.codeAndText());
    }
  }

  private Outcome compare() throws ServingException {
    try (TrialRun alone = new TrialRun(signature, row)) {
      ServingException failure = alone.on(servable);
      if (failure != null) {
        return new Outcome.Unknown("one row fails: " + failure.codeAndText());
      }
      try (TrialRun otherAlone = new TrialRun(signature, other)) {
        // Values made up may be none that the model takes; then the same row must do for both.
        return otherAlone.on(servable) == null
            ? together(alone, otherAlone)
            : together(alone, alone);
      }
    }
  }

  private Outcome together(TrialRun one, TrialRun two) throws ServingException {
    try (TrialRun first = new TrialRun(signature, one.inputs());
        TrialRun second = new TrialRun(signature, two.inputs())) {
      new Batch(
              servable,
              List.of(BatchTask.of(first, first, 0), BatchTask.of(second, second, 0)),
              2,
              false)
          .run();
      String reason = difference(one, first);
      if (reason == null) {
        reason = difference(two, second);
      }
      return reason == null ? new Outcome.Independent() : new Outcome.Dependent(reason);
    }
  }

  /** Returns what is other in a row's answer when it shares a run, or null. */
  private @Nullable String difference(TrialRun alone, TrialRun shared) {
    ServingException failure = shared.failure();
    if (failure != null) {
      return "two rows in one run fail: " + failure.codeAndText();
    }
    for (int i = 0; i < signature.outputs().size(); i++) {
      if (!Rows.areClose(alone.output(i), shared.output(i))) {
        return "a row's output " + signature.outputs().get(i).name() + " depends on the others";
      }
    }
    return null;
  }

  @Override
  public void close() {
    for (Tensor[] tensors : new Tensor[][] {row, other}) {
      for (Tensor tensor : tensors) {
        if (tensor != null) {
          tensor.close();
        }
      }
    }
  }
}
