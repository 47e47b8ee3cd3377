package dev.sluice.bench;

import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Predict over gRPC that answers the same bytes to every request, on the event loop that read it.
 */
final class EchoGrpc implements ServerCallHandler<EchoGrpc.Taken, byte[]> {
  private static final String SERVICE = "tensorflow.serving.PredictionService";
  private static final int FLOW_CONTROL_WINDOW = 4 << 20;

  private final byte[] answer;

  private EchoGrpc(byte[] answer) {
    this.answer = answer;
  }

  /** Says that a request was read; its bytes are gone. */
  enum Taken {
    REQUEST
  }

  /** Takes what one request brings, on the event loop. */
  @FunctionalInterface
  interface RequestReader {
    void read(InputStream message) throws IOException;
  }

  /** Opens a port on the loopback address. */
  static void open(
      int port, EventLoopGroup acceptors, EventLoopGroup loops, byte[] answer, RequestReader reader)
      throws IOException {
    MethodDescriptor<Taken, byte[]> predict =
        MethodDescriptor.<Taken, byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Predict"))
            .setRequestMarshaller(new RequestMarshaller(reader))
            .setResponseMarshaller(new AnswerMarshaller())
            .build();
    var _ =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .bossEventLoopGroup(acceptors)
            .workerEventLoopGroup(loops)
            .channelType(EpollServerSocketChannel.class)
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(predict, new EchoGrpc(answer))
                    .build())
            .build()
            .start();
  }

  @Override
  public ServerCall.Listener<Taken> startCall(ServerCall<Taken, byte[]> call, Metadata headers) {
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
      }
    };
  }

  private record RequestMarshaller(RequestReader reader)
      implements MethodDescriptor.Marshaller<Taken> {
    @Override
    public Taken parse(InputStream message) {
      try {
        reader.read(message);
        message.close();
        return Taken.REQUEST;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public InputStream stream(Taken value) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }

  private static final class AnswerMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new KnownBytes(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("a server receives no answers");
    }
  }

  /** Lets the transport frame the answer without gathering it first. */
  private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
    KnownBytes(byte[] bytes) {
      super(bytes);
    }
  }
}
