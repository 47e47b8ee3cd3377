package dev.sluice.engine;

import dev.sluice.metrics.InferenceMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Measures requests: how long each waits and runs, whatever it shares its run with. In front of all
 * queues.
 */
public final class TimedServable extends ForwardingServable {
  private final VersionStatistics statistics;

  private TimedServable(Servable servable, VersionStatistics statistics) {
    super(servable);
    this.statistics = statistics;
  }

  /** Returns a decorator that measures the requests of every servable. */
  public static ServableDecorator decorator(InferenceMetrics metrics) {
    return (version, servable) ->
        new TimedServable(servable, metrics.of(version.id().model(), version.id().version()));
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Timed timed = new Timed(request, completion);
    servable.run(timed, timed);
  }

  /** One request under way; what it is asked, it asks the request. */
  private final class Timed implements RunRequest, Completion {
    private final RunRequest request;
    private final Completion completion;
    private final long rows;
    private final long start = System.nanoTime();
    private long ranStart;
    private long ranEnd;
    private boolean ran;

    Timed(RunRequest request, Completion completion) {
      this.request = request;
      this.completion = completion;
      this.rows = Rows.of(request);
    }

    @Override
    public void ran(long startNanos, long endNanos, long runRows) {
      ran = true;
      ranStart = startNanos;
      ranEnd = endNanos;
      request.ran(startNanos, endNanos, runRows);
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      long end = ran ? ranEnd : System.nanoTime();
      long begin = ran ? ranStart : end;
      statistics.succeeded(
          rows, Math.max(0, begin - start), end - begin, System.currentTimeMillis());
      completion.succeeded(outputs);
    }

    @Override
    public void failed(ServingException failure) {
      statistics.failed(System.nanoTime() - start);
      completion.failed(failure);
    }

    @Override
    public Signature signature() {
      return request.signature();
    }

    @Override
    public @Nullable Tensor input(int index) {
      return request.input(index);
    }

    @Override
    public int[] outputs() {
      return request.outputs();
    }

    @Override
    public boolean isAbandoned() {
      return request.isAbandoned();
    }

    @Override
    public boolean isCancelled() {
      return request.isCancelled();
    }

    @Override
    public long remainingNanos(long now) {
      return request.remainingNanos(now);
    }

    @Override
    public @Nullable Executor home() {
      return request.home();
    }

    @Override
    public void mayRunUntil(long nanoTime) {
      request.mayRunUntil(nanoTime);
    }
  }
}
