package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.oip.FakeHealth;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.api.oip.ModelStates;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.tfs.Await;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeModels;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.telemetry.Telemetry;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** The service on a real socket, with everything counted that a request holds. */
final class InferServer implements AutoCloseable {
  /** Answers each output with the input of the same place. */
  static final String IDENTITY = "identity";

  final FakeModels models = new FakeModels();
  final CountingTensors memory = new CountingTensors();
  final Limiter limiter = new Limiter(1000);
  final ByteBudget waiting = new ByteBudget(256 << 20);
  final SharedMemory regions;
  final RecordedControl control = new RecordedControl();
  final FakeHealth health = new FakeHealth();
  final ManagedChannel channel;
  private final Map<String, List<VersionStatus>> states = new TreeMap<>();
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
  private final Server server;

  InferServer(Path sharedMemory) throws IOException {
    this(sharedMemory, Runnable::run, 1 << 20);
  }

  InferServer(Path sharedMemory, Executor worker, int largestInline) throws IOException {
    regions = new SharedMemory(sharedMemory);
    Predictor predictor = new Predictor(models, limiter, waiting);
    ModelStates known = () -> states;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .withChildOption(ChannelOption.ALLOCATOR, buffers)
            .addService(
                InferenceService.create(
                    new InferenceService.Parts(
                        ServerMetadata.of("1.2.3"),
                        health,
                        predictor,
                        new ModelCatalog(predictor, known, health),
                        control,
                        regions,
                        new RequestThreads(() -> null, worker, waiting),
                        largestInline,
                        Telemetry.of(new ServingMetrics(new MetricRegistry(), false)))))
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /** Adds a model whose outputs are its inputs: names and types by turns. */
  FakeServable add(String model, long version, Object... namesAndTypes) {
    List<TensorSpec> inputs = new ArrayList<>();
    List<TensorSpec> outputs = new ArrayList<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      DataType type = (DataType) namesAndTypes[i + 1];
      inputs.add(spec(namesAndTypes[i].toString(), type));
      outputs.add(spec(namesAndTypes[i] + "_out", type));
    }
    Signature signature =
        new Signature(Signature.DEFAULT_KEY, "predict", inputs, outputs, Map.of());
    FakeServable servable = new FakeServable(Map.of(Signature.DEFAULT_KEY, signature), memory);
    add(model, version, servable);
    return servable;
  }

  void add(String model, long version, FakeServable servable) {
    models.add(model, version, servable);
    states.put(
        model,
        List.of(
            new VersionStatus(
                new ServableId(model, version), VersionState.AVAILABLE, Health.OK, Health.OK)));
  }

  static TensorSpec spec(String name, DataType type) {
    return new TensorSpec(name, type, false, Shape.of(-1), name + ":0");
  }

  /** Notes what it is asked. */
  static final class RecordedControl implements ModelControl {
    final List<String> asked = new CopyOnWriteArrayList<>();

    @Override
    public void load(String model) {
      asked.add("load " + model);
    }

    @Override
    public void unload(String model) {
      asked.add("unload " + model);
    }
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
      regions.unregisterAll();
    }
    Await.until("server stopped", server::isTerminated);
    Await.until(
        "transport buffers freed",
        () -> buffers.metric().usedDirectMemory() == 0 && buffers.metric().usedHeapMemory() == 0);
    assertEquals(0, memory.open(), "tensors closed exactly once");
  }
}
