package dev.sluice.bench;

import dev.sluice.admission.Limiter;
import dev.sluice.batching.LaneOptions;
import dev.sluice.batching.LaneServable;
import dev.sluice.batching.Turns;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.ManagerOptions;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.AspiredVersions;
import dev.sluice.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

  private static final ModelVersion VERSION =
      new ModelVersion(new ServableId(MODEL, 1), NoopEngine.NAME, Path.of("noop", "1"));
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Manager inlineManager = manager(List.of());
  private final Manager laneManager =
      manager(
          List.of(
              LaneServable.decorator(
                  new LaneOptions(
                      1,
                      QUEUE,
                      false,
                      false,
                      Duration.ZERO,
                      new CallersTurns(),
                      id -> {},
                      (id, rows) -> {}))));
  private final Predictor inline = new Predictor(inlineManager, new Limiter(QUEUE));
  private final Predictor throughLane = new Predictor(laneManager, new Limiter(QUEUE));
  private final Count count = new Count();
  private final Gate gate = new Gate();

  private static Manager manager(List<ServableDecorator> decorators) {
    LoaderFactory loaders = new LoaderFactory(List.of(new NoopEngine()), EngineOptions.DEFAULT);
    return new Manager(ManagerOptions.DEFAULT, loaders, decorators, status -> {});
  }

  /** Loads the servable behind both managers. */
  @Setup(Level.Trial)
  public void start() throws InterruptedException {
    for (Manager manager : List.of(inlineManager, laneManager)) {
      manager.start();
      manager.aspire(new AspiredVersions(MODEL, List.of(VERSION)));
      Outcome outcome = manager.await(List.of(MODEL), Outcome.Until.FIRST_TRY, PATIENCE).get(MODEL);
      if (!(outcome instanceof Outcome.Available)) {
        throw new IllegalStateException("not loaded: " + outcome);
      }
    }
  }

  /** Unloads it. */
  @TearDown(Level.Trial)
  public void stop() {
    inlineManager.close();
    laneManager.close();
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

  /** There is no event loop. */
  private static final class CallersTurns implements Turns {
    @Override
    public void executeAtEnd(Runnable task) {
      task.run();
    }

    @Override
    public boolean executeInNext(Runnable task) {
      return false;
    }

    @Override
    public long arrived() {
      return System.nanoTime();
    }
  }
}
