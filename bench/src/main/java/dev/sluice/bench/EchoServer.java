package dev.sluice.bench;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The floor under the server: the same transport with as little behind it as can be. It reads each
 * Predict request and sends an answer that was recorded from the real server.
 *
 * <p>With {@code --decode} it also decodes each request into native memory, by the server's own
 * codecs, and drops the result. It listens on the loopback address until the process is ended.
 */
@Command(name = "echo", description = "Answers every Predict with the same bytes.")
public final class EchoServer implements Callable<Integer> {
  @Option(names = "--port", required = true, description = "gRPC port")
  private int port;

  @Option(names = "--rest_api_port", required = true, description = "HTTP port")
  private int restPort;

  @Option(names = "--grpc_answer", required = true, description = "file with a PredictResponse")
  private Path grpcAnswer = Path.of("");

  @Option(names = "--rest_answer", required = true, description = "file with a JSON answer")
  private Path restAnswer = Path.of("");

  @Option(names = "--decode", description = "decode requests: SIGNATURE:INPUT, an input of floats")
  private String decode = "";

  private EchoServer() {}

  /** Runs until the process is ended. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new EchoServer()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var acceptors =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("accept", true), EpollIoHandler.newFactory());
    var loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("loop", true), EpollIoHandler.newFactory());
    EchoGrpc.RequestReader grpcReader = InputStream::readAllBytes;
    EchoHttp.BodyReader restReader = body -> {};
    if (!decode.isEmpty()) {
      int colon = decode.indexOf(':');
      RequestDecoder decoder =
          new RequestDecoder(decode.substring(0, colon), decode.substring(colon + 1));
      grpcReader = decoder::readMessage;
      restReader = decoder::readBody;
    }
    EchoGrpc.open(port, acceptors, loops, Files.readAllBytes(grpcAnswer), grpcReader);
    EchoHttp.open(restPort, acceptors, loops, Files.readAllBytes(restAnswer), restReader);
    System.out.println("echo: ready");
    Thread.currentThread().join();
    return 0;
  }
}
