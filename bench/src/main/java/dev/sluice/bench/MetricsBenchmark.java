package dev.sluice.bench;

import dev.sluice.admission.Limiter;
import dev.sluice.api.ObservedRequest;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.LoaderDecorator;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.MeteredLoader;
import dev.sluice.engine.SettingsSource;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.ManagerOptions;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.PageFormat;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.AspiredVersions;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What metrics cost a request: {@link #measured} less {@link #unmeasured}, in time and, with {@code
 * -prof gc}, in garbage. And what a page costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MetricsBenchmark {
  private static final String MODEL = "noop";
  private static final int MODELS = 1000;
  private static final long MILLI = 1_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ModelVersion VERSION =
      new ModelVersion(new ServableId(MODEL, 1), NoopEngine.NAME, Path.of("noop", "1"));

  private final ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), false);
  private final RequestObserver observer =
      Telemetry.of(metrics).requests(Api.PREDICT, Entrypoint.GRPC);
  private final Manager plain = manager(LoaderDecorator.NONE);
  private final Manager metered = manager(MeteredLoader.decorator(metrics));
  private final Predictor unmetered = new Predictor(plain, new Limiter(1));
  private final Predictor predictor = new Predictor(metered, new Limiter(1));
  private final MetricRegistry manyNames = new MetricRegistry();
  private final ServingMetrics many = new ServingMetrics(manyNames, false);
  private final Exposition page = new Exposition(many, manyNames, List.of());

  private static Manager manager(LoaderDecorator decorator) {
    LoaderFactory loaders =
        new LoaderFactory(
            List.of(new NoopEngine()), EngineOptions.DEFAULT, SettingsSource.NOTHING, decorator);
    return new Manager(ManagerOptions.DEFAULT, loaders, List.of(), status -> {});
  }

  /** Loads the servable behind both managers, and fills the cells of many models. */
  @Setup(Level.Trial)
  public void start() throws InterruptedException {
    for (Manager manager : List.of(plain, metered)) {
      manager.start();
      manager.aspire(new AspiredVersions(MODEL, List.of(VERSION)));
      Outcome outcome = manager.await(List.of(MODEL), Outcome.Until.FIRST_TRY, PATIENCE).get(MODEL);
      if (!(outcome instanceof Outcome.Available)) {
        throw new IllegalStateException("not loaded: " + outcome);
      }
    }
    for (int i = 0; i < MODELS; i++) {
      VersionMetrics version = many.own().of("model-" + i, 1);
      RequestMeter meter = many.requests(Api.PREDICT, Entrypoint.GRPC);
      meter.succeeded("model-" + i, MILLI, MILLI);
      version.ended("serving_default", meter, 0, "OK", MILLI, null);
      version.decoded(MILLI);
      version.waited(MILLI);
      version.ran("serving_default", 1, MILLI);
    }
  }

  /** Unloads it. */
  @TearDown(Level.Trial)
  public void stop() {
    plain.close();
    metered.close();
  }

  /** A request that is neither counted nor timed, but for its own stamps. */
  @Benchmark
  public @Nullable Object unmeasured() throws ServingException {
    return new Request(observer, false).serve(unmetered);
  }

  /** The same with all that is counted of a request and of its run. */
  @Benchmark
  public @Nullable Object measured() throws ServingException {
    return new Request(observer, true).serve(predictor);
  }

  /** The page of a thousand models that have had requests. */
  @Benchmark
  public String page() {
    return page.page(PageFormat.TEXT);
  }

  /** As an exchange of a protocol is. */
  private static final class Request extends ObservedRequest implements Answer {
    private final boolean counted;

    Request(RequestObserver observer, boolean counted) {
      super(observer);
      this.counted = counted;
    }

    Request serve(Predictor through) throws ServingException {
      begin(0);
      names(MODEL);
      Call call = through.open(MODEL, VersionChoice.LATEST, this);
      opened(call);
      call.select("");
      call.run();
      return this;
    }

    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      if (claim() && counted) {
        succeeds(call);
        ended();
      }
    }

    @Override
    public void failed(Call call, ServingException failure) {
      throw new IllegalStateException(failure.codeAndText());
    }

    @Override
    protected @Nullable String header(String name) {
      return null;
    }

    @Override
    public String client() {
      return "";
    }
  }
}
