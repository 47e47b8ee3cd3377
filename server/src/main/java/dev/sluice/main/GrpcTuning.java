package dev.sluice.main;

import dev.sluice.api.wire.MessageCodec;
import dev.sluice.config.ChannelArguments;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.unix.UnixChannelOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies gRPC's channel arguments (grpc.md §1) to a listener of grpc-java, as far as it knows what
 * they mean; of the others it says once that they have no effect.
 */
final class GrpcTuning {
  /** As the reference: no limit but the format's. */
  private static final int LARGEST_MESSAGE = Integer.MAX_VALUE;

  private static final String RECEIVE_LIMIT = "grpc.max_receive_message_length";

  private static final Map<Integer, String> ALGORITHMS = Map.of(1, "deflate", 2, "gzip");

  private final ChannelArguments arguments;
  private final long mostBytes;
  private final Consumer<String> warnings;

  /** What has been said, since a server may have two listeners. Used by the starting thread. */
  private final Set<String> ignored = new HashSet<>();

  GrpcTuning(ChannelArguments arguments, Consumer<String> warnings) {
    this(arguments, Long.MAX_VALUE, warnings);
  }

  /** Creates a tuning whose messages have at most so many bytes, whatever the arguments say. */
  GrpcTuning(ChannelArguments arguments, long mostBytes, Consumer<String> warnings) {
    this.arguments = arguments;
    this.mostBytes = mostBytes;
    this.warnings = warnings;
  }

  /** Applies the arguments, and what holds without them. */
  void apply(NettyServerBuilder builder) {
    int largest = largestMessage();
    builder
        .maxInboundMessageSize(largest)
        .compressorRegistry(compressors(largest))
        .decompressorRegistry(
            DecompressorRegistry.emptyInstance()
                .with(Codec.Identity.NONE, false)
                .with(MessageCodec.gzip(largest), true)
                .with(MessageCodec.deflate(largest), true));
    arguments.values().forEach((key, value) -> apply(builder, key, value));
  }

  /** Returns true if several processes may listen on one port. */
  boolean sharesPort() {
    return arguments.values().getOrDefault("grpc.so_reuseport", "0").equals("1");
  }

  /** Returns how many bytes a message may have, before and after it is expanded. */
  private int largestMessage() {
    return (int) Math.min(mostBytes, largestByArgument());
  }

  private int largestByArgument() {
    try {
      int limit = Integer.parseInt(arguments.values().getOrDefault(RECEIVE_LIMIT, "-1"));
      return limit < 0 ? LARGEST_MESSAGE : limit;
    } catch (NumberFormatException saidLater) {
      return LARGEST_MESSAGE;
    }
  }

  private static CompressorRegistry compressors(int largest) {
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(Codec.Identity.NONE);
    registry.register(MessageCodec.gzip(largest));
    registry.register(MessageCodec.deflate(largest));
    return registry;
  }

  private void apply(NettyServerBuilder builder, String key, String text) {
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      ignored(key, text);
      return;
    }
    try {
      if (!applyNumber(builder, key, value)) {
        ignored(key, text);
      }
    } catch (IllegalArgumentException outOfRange) {
      ignored(key, text);
    }
  }

  private static boolean applyNumber(NettyServerBuilder builder, String key, int value) {
    TimeUnit ms = TimeUnit.MILLISECONDS;
    switch (key) {
      case "grpc.max_connection_age_ms" -> builder.maxConnectionAge(value, ms);
      case "grpc.max_connection_age_grace_ms" -> builder.maxConnectionAgeGrace(value, ms);
      case "grpc.max_connection_idle_ms" -> builder.maxConnectionIdle(value, ms);
      case "grpc.keepalive_time_ms" -> builder.keepAliveTime(value, ms);
      case "grpc.keepalive_timeout_ms" -> builder.keepAliveTimeout(value, ms);
      case "grpc.keepalive_permit_without_calls" -> builder.permitKeepAliveWithoutCalls(value != 0);
      case "grpc.http2.min_ping_interval_without_data_ms",
          "grpc.http2.min_recv_ping_interval_without_data_ms" ->
          builder.permitKeepAliveTime(value, ms);
      case "grpc.max_concurrent_streams" -> builder.maxConcurrentCallsPerConnection(value);
      case RECEIVE_LIMIT -> {} // applied already, for the codecs must know it, too
      case "grpc.max_metadata_size" -> builder.maxInboundMetadataSize(value);
      case "grpc.so_reuseport" -> builder.withOption(UnixChannelOption.SO_REUSEPORT, value != 0);
      case "grpc.default_compression_algorithm" -> compress(builder, ALGORITHMS.get(value));
      // Any level but none: which algorithm is gRPC's choice, and gzip is what clients have.
      case "grpc.default_compression_level" -> compress(builder, value == 0 ? null : "gzip");
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void compress(NettyServerBuilder builder, @Nullable String algorithm) {
    if (algorithm != null) {
      builder.intercept(new Compression(algorithm));
    }
  }

  private void ignored(String key, String value) {
    if (ignored.add(key)) {
      warnings.accept("--grpc_channel_arguments: %s=%s has no effect".formatted(key, value));
    }
  }

  /** Compresses the answers to clients that say they can read it. */
  private record Compression(String algorithm) implements ServerInterceptor {
    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
      call.setCompression(algorithm);
      return next.startCall(call, headers);
    }
  }
}
