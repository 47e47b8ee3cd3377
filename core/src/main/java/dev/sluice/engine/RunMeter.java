package dev.sluice.engine;

import dev.sluice.metrics.RuntimeMetrics;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Measures runs: how long each takes and how many bytes go in and out. Tells the request, too.
 *
 * <p>A run is measured by an object between servable and completion. Each thread keeps one and uses
 * it again, since an engine completes a run before the next begins on that thread; should a
 * completion begin one, that gets an object of its own.
 */
final class RunMeter {
  private final RuntimeMetrics metrics;
  private final ThreadLocal<Run> kept = ThreadLocal.withInitial(Run::new);

  RunMeter(RuntimeMetrics metrics) {
    this.metrics = metrics;
  }

  /** Begins to measure a run; what is returned stands in for the completion. */
  Run begin(RunRequest request, Completion completion, VersionMetrics version) {
    metrics.begins(inputBytes(request));
    Run run = kept.get();
    if (run.completion != null) {
      run = new Run();
    }
    run.request = request;
    run.completion = completion;
    run.version = version;
    run.start = System.nanoTime();
    return run;
  }

  private static long inputBytes(RunRequest request) {
    long bytes = 0;
    int inputs = request.signature().inputs().size();
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      bytes += input == null ? 0 : input.data().byteSize();
    }
    return bytes;
  }

  private static long bytes(Tensor[] tensors) {
    long bytes = 0;
    for (Tensor tensor : tensors) {
      bytes += tensor.data().byteSize();
    }
    return bytes;
  }

  /** One run under way. */
  final class Run implements Completion {
    private @Nullable RunRequest request;
    private @Nullable Completion completion;
    private @Nullable VersionMetrics version;
    private long start;

    @Override
    public void succeeded(Tensor[] outputs) {
      metrics.gave(bytes(outputs));
      end().succeeded(outputs);
    }

    @Override
    public void failed(ServingException failure) {
      end().failed(failure);
    }

    /** Takes the measure, and frees this object before the completion may begin another run. */
    private Completion end() {
      long now = System.nanoTime();
      RunRequest measured = request;
      Completion next = completion;
      VersionMetrics cells = version;
      if (measured == null || next == null || cells == null) {
        throw new IllegalStateException("a run completed twice");
      }
      metrics.ran(now - start);
      long rows = measured.rows();
      cells.ran(measured.signature().key(), rows, now - start);
      measured.ran(start, now, rows);
      request = null;
      completion = null;
      return next;
    }
  }
}
