package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ChannelArguments;
import dev.sluice.config.SecuritySettings;
import dev.sluice.testing.Identity;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class GrpcStallsTest {
  private static final String CHECK = "/grpc.health.v1.Health/Check";
  private static final String WATCH = "/grpc.health.v1.Health/Watch";
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SHORT = Duration.ofMillis(200);

  /** SETTINGS_INITIAL_WINDOW_SIZE: nothing of an answer may come. */
  private static final byte[] NO_WINDOW = {0, 4, 0, 0, 0, 0};

  @TempDir private Path scratch;
  private final EventLoops loops = new EventLoops(1, Duration.ofSeconds(5));

  @AfterEach
  void stop() {
    loops.close();
  }

  private GrpcListener listen(Optional<SslContext> tls, GrpcStalls.Patience patience)
      throws IOException {
    return GrpcListener.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        new GrpcListener.Options(
            loops,
            new GrpcTuning(ChannelArguments.NONE, Long.MAX_VALUE, line -> {}),
            tls,
            new ConnectionLimit(Integer.MAX_VALUE, line -> {}),
            patience,
            Optional.empty(),
            new SecuritySettings.Bounds(64 << 10, Long.MAX_VALUE, 100, 100),
            List.of(),
            true));
  }

  private GrpcListener listen(Duration headerBlocks, Duration answers) throws IOException {
    return listen(Optional.empty(), new GrpcStalls.Patience(headerBlocks, answers));
  }

  @Test
  void aHeaderBlockWithoutAnEndIsClosed() throws IOException {
    try (GrpcListener listener = listen(SHORT, LONG);
        RawHttp2 client = new RawHttp2(listener.port())) {
      client.send(RawHttp2.HEADERS, 0, 1, (byte) 0);
      assertTrue(client.ends());
    }
  }

  @Test
  void halfAFrameIsClosed() throws IOException {
    try (GrpcListener listener = listen(SHORT, LONG);
        RawHttp2 client = new RawHttp2(listener.port())) {
      client.sendHead(8, RawHttp2.PING, 0, 0);
      assertTrue(client.ends());
    }
  }

  @Test
  void encryptedConnectionsAreWatchedToo() throws Exception {
    Identity server = Identity.create(scratch, "server");
    SslContext tls =
        GrpcSslContexts.configure(
                SslContextBuilder.forServer(server.certificateStream(), server.keyStream()))
            .build();
    try (GrpcListener listener = listen(Optional.of(tls), new GrpcStalls.Patience(SHORT, LONG));
        RawHttp2 client = new RawHttp2(encrypted(listener.port(), server))) {
      client.call(1, CHECK);
      assertEquals(7, client.next(RawHttp2.DATA).payload().length);
      client.send(RawHttp2.HEADERS, 0, 3, (byte) 0);
      assertTrue(client.ends());
    }
  }

  private static Socket encrypted(int port, Identity server) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            Identity.client(List.of(server), null)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Test
  void anAnswerThatNothingIsTakenOfIsClosed() throws IOException {
    try (GrpcListener listener = listen(LONG, SHORT);
        RawHttp2 client = new RawHttp2(listener.port(), NO_WINDOW)) {
      client.call(1, CHECK);
      assertTrue(client.ends());
    }
  }

  @Test
  void whoHasTakenAllThatThereIsStays() throws IOException {
    try (GrpcListener listener = listen(SHORT, SHORT);
        RawHttp2 client = new RawHttp2(listener.port())) {
      client.call(1, WATCH); // has no end
      assertEquals(7, client.next(RawHttp2.DATA).payload().length);
      assertTrue(client.isQuiet(SHORT.multipliedBy(10)));
      client.call(3, CHECK);
      assertEquals(7, client.next(RawHttp2.DATA).payload().length);
    }
  }
}
