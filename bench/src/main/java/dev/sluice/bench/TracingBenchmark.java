package dev.sluice.bench;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.config.ConfigException;
import dev.sluice.config.TelemetrySettings;
import dev.sluice.config.TelemetrySettings.OtlpProtocol;
import dev.sluice.config.TelemetrySettings.Sampling;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import dev.sluice.tracing.Tracing;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What tracing costs a request: the decision at its beginning, and its spans at its end if it is
 * traced. Run with {@code -prof gc}. A request costs on average what an unsampled one does, and of
 * what a sampled one does the part that is sampled.
 */
@Fork(1)
public class TracingBenchmark {
  private static final String UNSAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

  /** Fewer spans than may wait, so that none is dropped. */
  private static final int REQUESTS = 1000;

  private static final int SPANS_OF_EACH = 5;

  /** Traces no request of its own accord; nobody listens for spans. */
  @State(Scope.Benchmark)
  public static class None {
    private final Tracing tracing = start(URI.create("http://127.0.0.1:9/v1/traces"), 0);

    /** Stops it. */
    @TearDown(Level.Trial)
    public void stop() {
      tracing.close();
    }
  }

  /** Traces all requests, and sends the spans to a collector in this process. */
  @State(Scope.Benchmark)
  public static class All {
    private final HttpServer collector = collector();
    private final Tracing tracing =
        start(URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces"), 1);
    private long made;

    private static HttpServer collector() {
      try {
        HttpServer server =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
            "/v1/traces",
            exchange -> {
              try (exchange) {
                exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                exchange.sendResponseHeaders(200, -1);
              }
            });
        server.start();
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Waits until all spans of the iteration before have been taken. */
    @Setup(Level.Iteration)
    public void awaitSent() {
      while (tracing.sentSpans() < made) {
        long lost = tracing.droppedSpans() + tracing.failedSpans();
        if (lost > 0) {
          throw new IllegalStateException("lost " + lost + " spans");
        }
        Thread.onSpinWait();
      }
      made += (long) REQUESTS * SPANS_OF_EACH;
    }

    /** Stops both. */
    @TearDown(Level.Trial)
    public void stop() {
      tracing.close();
      collector.stop(0);
    }
  }

  private static Tracing start(URI collector, double ratio) {
    try {
      return Tracing.start(
          new TelemetrySettings.Tracing(
              collector, OtlpProtocol.HTTP_PROTOBUF, new Sampling(true, ratio)),
          "bench",
          Duration.ofSeconds(1));
    } catch (ConfigException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request without a caller's trace, which is not sampled. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public @Nullable TraceContext unsampled(None state) {
    return trace(state.tracing, null);
  }

  /** A request whose caller is not sampled. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public @Nullable TraceContext unsampledCaller(None state) {
    return trace(state.tracing, UNSAMPLED);
  }

  /** {@value #REQUESTS} requests that are sampled: the time of an iteration, divided by them. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  @Warmup(iterations = 30)
  @Measurement(iterations = 30)
  @OperationsPerInvocation(REQUESTS)
  public void sampled(All state) {
    for (int i = 0; i < REQUESTS; i++) {
      trace(state.tracing, null);
    }
  }

  private static @Nullable TraceContext trace(Tracing tracing, @Nullable String traceparent) {
    TraceContext begun = tracing.begins(traceparent, null);
    if (begun != null) {
      tracing.ended(new Ran(System.nanoTime(), begun));
    }
    return begun;
  }

  /** A request that ran for 300 µs. */
  private record Ran(long endNanos, TraceContext trace) implements RequestRecord {
    @Override
    public Entrypoint entrypoint() {
      return Entrypoint.GRPC;
    }

    @Override
    public Api api() {
      return Api.PREDICT;
    }

    @Override
    public String model() {
      return "model";
    }

    @Override
    public long version() {
      return 1;
    }

    @Override
    public String signature() {
      return "serving_default";
    }

    @Override
    public Code code() {
      return Code.OK;
    }

    @Override
    public String problem() {
      return "";
    }

    @Override
    public long startNanos() {
      return endNanos - 340_000;
    }

    @Override
    public long decodedNanos() {
      return endNanos - 330_000;
    }

    @Override
    public long runStartNanos() {
      return endNanos - 310_000;
    }

    @Override
    public long runEndNanos() {
      return endNanos - 10_000;
    }

    @Override
    public long batchRows() {
      return 8;
    }

    @Override
    public long requestBytes() {
      return 100;
    }

    @Override
    public long answerBytes() {
      return 100;
    }

    @Override
    public String client() {
      return "10.1.2.3";
    }
  }
}
