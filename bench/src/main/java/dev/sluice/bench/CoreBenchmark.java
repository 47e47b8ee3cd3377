package dev.sluice.bench;

import dev.sluice.admission.Limiter;
import dev.sluice.engine.LaneServable;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The request path without protocol and model: look-up, permit, lease, run, completion.
 *
 * <p>The servable has no inputs and completes at once with no outputs, so what is measured is ours.
 * Run with {@code -prof gc} for the bytes of garbage that one request makes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CoreBenchmark {
  private static final String MODEL = "noop";
  private static final int IN_FLIGHT = 16;
  private static final int QUEUE = 1024;

  private final ServableId id = new ServableId(MODEL, 1);
  private Predictor inline = new Predictor(new OneServable(lease(new NoopServable())), limiter());
  private Servable lanes = new NoopServable();
  private Predictor throughLane = inline;
  private final Count count = new Count();
  private final Gate gate = new Gate();

  /** Puts one lane in front of a second servable. */
  @Setup(Level.Trial)
  public void start() throws ServingException {
    ModelVersion version = new ModelVersion(id, "noop", Path.of("."));
    lanes = LaneServable.decorator(1, QUEUE).decorate(version, new NoopServable());
    throughLane = new Predictor(new OneServable(lease(lanes)), limiter());
  }

  /** Ends the lane. */
  @TearDown(Level.Trial)
  public void stop() {
    lanes.close();
  }

  /** One request that completes on the calling thread. */
  @Benchmark
  public long inline() throws ServingException {
    Call call = inline.open(MODEL, VersionChoice.LATEST, count);
    call.select("");
    call.run();
    return count.ended;
  }

  /** One request of {@value #IN_FLIGHT} in flight, handed to the servable's one lane. */
  @Benchmark
  public void oneLane() throws ServingException {
    gate.enter();
    Call call = throughLane.open(MODEL, VersionChoice.LATEST, gate);
    call.select("");
    call.run();
  }

  private ServableLease lease(Servable servable) {
    return new ServableLease(id, servable);
  }

  private static Limiter limiter() {
    return new Limiter(QUEUE);
  }

  /** Counts answers; only the calling thread completes. */
  private static final class Count implements Answer {
    private long ended;

    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      ended++;
    }

    @Override
    public void failed(Call call, ServingException failure) {
      throw new IllegalStateException(failure.codeAndText());
    }
  }

  /** Bounds what is in flight. */
  private static final class Gate implements Answer {
    private final Semaphore free = new Semaphore(IN_FLIGHT);

    void enter() {
      free.acquireUninterruptibly();
    }

    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      free.release();
    }

    @Override
    public void failed(Call call, ServingException failure) {
      throw new IllegalStateException(failure.codeAndText());
    }
  }
}
