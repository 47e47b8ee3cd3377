package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.wire.MessageCodec;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.telemetry.Telemetry;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/** The services on a real socket, with everything counted that a request holds. */
final class TestServer implements AutoCloseable {
  /** Of a compressed message. */
  static final int LARGEST_EXPANDED = 64 << 20;

  final FakeModels models = new FakeModels();
  final CountingTensors memory = new CountingTensors();
  final Limiter limiter = new Limiter(1000);
  final ByteBudget waiting = new ByteBudget(256 << 20);
  final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);
  final CountDownLatch begun = new CountDownLatch(1);
  final CountDownLatch cancelled = new CountDownLatch(1);
  final ManagedChannel channel;
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
  private final Server server;

  TestServer(Executor worker, PredictOptions options, ModelStatuses statuses) throws IOException {
    this(worker, options, statuses, config -> {});
  }

  TestServer(Executor worker, PredictOptions options, ModelStatuses statuses, ConfigReload reload)
      throws IOException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        NettyServerBuilder.forAddress(loopback)
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance()
                    .with(Codec.Identity.NONE, false)
                    .with(MessageCodec.gzip(LARGEST_EXPANDED), true)
                    .with(MessageCodec.deflate(LARGEST_EXPANDED), true))
            .withChildOption(ChannelOption.ALLOCATOR, buffers)
            .intercept(new Probe())
            .addServices(
                GrpcServices.create(
                    new Predictor(models, limiter, waiting),
                    statuses,
                    new RequestThreads(() -> null, worker, waiting),
                    options,
                    reload,
                    Telemetry.of(metrics),
                    metric -> metric.length()))
            .build()
            .start();
    channel = newChannel().maxInboundMessageSize(Integer.MAX_VALUE).build();
  }

  /** Returns another channel to the server, for the caller to configure and shut down. */
  NettyChannelBuilder newChannel() {
    return NettyChannelBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
        .usePlaintext();
  }

  /** Decodes everything inline and knows no statuses. */
  static TestServer start() throws IOException {
    return start(Runnable::run, PredictOptions.DEFAULTS);
  }

  static TestServer start(Executor worker, PredictOptions options) throws IOException {
    return new TestServer(worker, options, model -> List.of());
  }

  /** Waits until nothing is held by any request. */
  void awaitIdle() {
    Await.until("all tensors closed, found " + memory.open(), () -> memory.open() == 0);
    Await.until("all permits back", () -> limiter.inFlight() == 0);
    Await.until("all leases back", () -> models.lent() == 0);
    Await.until("no bytes held", () -> waiting.held() == 0);
  }

  /** Stops, and asserts that requests have given back all that they held. */
  @Override
  public void close() {
    try {
      awaitIdle();
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
    Await.until("server stopped", server::isTerminated);
    Await.until(
        "transport buffers freed",
        () -> buffers.metric().usedDirectMemory() == 0 && buffers.metric().usedHeapMemory() == 0);
    assertEquals(0, memory.open(), "tensors closed exactly once");
  }

  private final class Probe implements ServerInterceptor {
    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
      ServerCall.Listener<Q> listener = next.startCall(call, headers);
      begun.countDown();
      return new SimpleForwardingServerCallListener<>(listener) {
        @Override
        public void onCancel() {
          super.onCancel();
          cancelled.countDown();
        }
      };
    }
  }
}
