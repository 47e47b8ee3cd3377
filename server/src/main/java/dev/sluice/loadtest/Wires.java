package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.GrpcWire;
import dev.sluice.loadtest.wire.HttpWire;
import dev.sluice.loadtest.wire.LoadThreads;
import dev.sluice.loadtest.wire.Wire;
import dev.sluice.loadtest.wire.WireSettings;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Makes the wires to one server. */
final class Wires {
  /** The gRPC methods; REST has its paths in the messages. */
  enum Method {
    PREDICT("Predict"),
    METADATA("GetModelMetadata");

    private final String fullName;

    Method(String name) {
      this.fullName = "tensorflow.serving.PredictionService/" + name;
    }
  }

  private final Protocol protocol;
  private final InetSocketAddress address;
  private final LoadThreads threads;
  private final LongSupplier clock;

  Wires(Protocol protocol, InetSocketAddress address, LoadThreads threads, LongSupplier clock) {
    this.protocol = protocol;
    this.address = address;
    this.threads = threads;
    this.clock = clock;
  }

  InetSocketAddress address() {
    return address;
  }

  LongSupplier clock() {
    return clock;
  }

  EventLoop loop(int index) {
    return threads.get(index);
  }

  /** Returns a wire of the loop with that index, not open yet. */
  Wire create(
      int loop,
      Method method,
      List<byte[]> messages,
      int connections,
      boolean keepAnswers,
      Optional<Duration> deadline) {
    WireSettings settings = new WireSettings(address, connections, messages, keepAnswers, deadline);
    return switch (protocol) {
      case REST -> new HttpWire(threads.get(loop), settings, clock);
      case GRPC -> new GrpcWire(threads.get(loop), settings, method.fullName, clock);
    };
  }
}
