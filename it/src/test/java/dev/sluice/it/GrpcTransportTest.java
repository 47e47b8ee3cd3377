package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.SSLConfig;
import dev.sluice.testing.Identity;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encryption, Unix sockets and compression of gRPC. */
@Timeout(600)
class GrpcTransportTest {
  @TempDir private Path scratch;

  private Identity identity(String name) throws Exception {
    return Identity.create(scratch, name);
  }

  private Path write(SSLConfig.Builder config) throws Exception {
    return Files.writeString(
        scratch.resolve("ssl.config"), TextFormat.printer().printToString(config.build()));
  }

  private static ServerProcess serve(String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("--model_name=m");
    all.add("--model_base_path=" + Models.path("half_plus_two"));
    return ServerProcess.serve(all.toArray(String[]::new));
  }

  private static String ask(ManagedChannel channel) {
    try {
      return ModelServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(60, TimeUnit.SECONDS)
          .withCompression("gzip")
          .getModelStatus(
              GetModelStatusRequest.newBuilder()
                  .setModelSpec(ModelSpec.newBuilder().setName("m"))
                  .build())
          .getModelVersionStatus(0)
          .getState()
          .name();
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel encrypted(ServerProcess server, SslContextBuilder trust)
      throws Exception {
    return NettyChannelBuilder.forAddress("localhost", server.grpcPort())
        .sslContext(GrpcSslContexts.configure(trust).build())
        .build();
  }

  private static Status.Code refused(ManagedChannel channel) {
    return assertThrows(StatusRuntimeException.class, () -> ask(channel)).getStatus().getCode();
  }

  @Test
  void serverShowsItsCertificate() throws Exception {
    Identity own = identity("server");
    Path config =
        write(SSLConfig.newBuilder().setServerKey(own.key()).setServerCert(own.certificate()));
    try (ServerProcess server = serve("--ssl_config_file=" + config)) {
      SslContextBuilder trust = SslContextBuilder.forClient().trustManager(own.certificateStream());
      assertEquals("AVAILABLE", ask(encrypted(server, trust)));
      assertEquals(
          Status.Code.UNAVAILABLE,
          refused(
              NettyChannelBuilder.forAddress("localhost", server.grpcPort())
                  .usePlaintext()
                  .build()));
    }
  }

  @Test
  void clientsMustShowTheirs() throws Exception {
    Identity own = identity("server");
    Identity client = identity("client");
    Identity stranger = identity("stranger");
    Path config =
        write(
            SSLConfig.newBuilder()
                .setServerKey(own.key())
                .setServerCert(own.certificate())
                .setCustomCa(client.certificate())
                .setClientVerify(true));
    try (ServerProcess server = serve("--ssl_config_file=" + config)) {
      assertEquals(
          "AVAILABLE",
          ask(
              encrypted(
                  server,
                  SslContextBuilder.forClient()
                      .trustManager(own.certificateStream())
                      .keyManager(client.certificateStream(), client.keyStream()))));
      assertEquals(
          Status.Code.UNAVAILABLE,
          refused(
              encrypted(
                  server, SslContextBuilder.forClient().trustManager(own.certificateStream()))));
      assertEquals(
          Status.Code.UNAVAILABLE,
          refused(
              encrypted(
                  server,
                  SslContextBuilder.forClient()
                      .trustManager(own.certificateStream())
                      .keyManager(stranger.certificateStream(), stranger.keyStream()))));
    }
  }

  @Test
  void unusableKeysAreNamed() throws Exception {
    Identity own = identity("server");
    assertKeyRefused(own, "nonsense", "is no PEM text");
    assertKeyRefused(own, own.certificate(), "cannot be read");
    assertKeyRefused(own, identity("other").key(), "is another key");
  }

  private void assertKeyRefused(Identity own, String key, String reason) throws Exception {
    Path config = write(SSLConfig.newBuilder().setServerKey(key).setServerCert(own.certificate()));
    try (ServerProcess server =
        ServerProcess.launch(
            "--ssl_config_file=" + config, "--model_base_path=" + Models.path("half_plus_two"))) {
      assertEquals(255, server.exitCode());
      assertTrue(
          server.log().getFirst().contains(config + ": server_key " + reason),
          server.log()::toString);
    }
  }

  /** Tokens and traces are larger than gRPC's own bound, and a connection is not one client's. */
  @Test
  void largeMetadataIsTaken() throws Exception {
    try (ServerProcess server = serve()) {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(60_000));
      assertEquals(
          "AVAILABLE",
          ask(
              NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                  .usePlaintext()
                  .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                  .build()));
    }
  }

  /** They have no end of their own: a stop that waited for them would last as long as it may. */
  @Test
  void streamsEndWithTheServer() throws Exception {
    try (ServerProcess server = serve("--drain_seconds=86400")) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
      try {
        Iterator<HealthCheckResponse> watch =
            HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
        assertEquals(ServingStatus.SERVING, watch.next().getStatus());
        server.terminate();
        assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
        assertEquals(
            Status.Code.UNAVAILABLE,
            assertThrows(StatusRuntimeException.class, watch::hasNext).getStatus().getCode());
        assertEquals(0, server.exitCode());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void socketIsServedBesideThePortAndReplacesAStaleOne() throws Exception {
    Path socket = scratch.resolve("grpc.sock");
    for (int start = 0; start < 2; start++) {
      try (ServerProcess server =
          serve(
              "--grpc_socket_path=" + socket,
              "--grpc_channel_arguments=grpc.default_compression_algorithm=2,"
                  + "grpc.max_connection_age_ms=60000,x.y=1")) {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
          assertEquals(
              "AVAILABLE",
              ask(
                  NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                      .eventLoopGroup(loop)
                      .channelType(EpollDomainSocketChannel.class)
                      .usePlaintext()
                      .build()));
        } finally {
          loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        assertEquals(
            "AVAILABLE",
            ask(
                NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                    .usePlaintext()
                    .build()));
        assertEquals(
            1,
            server.log().stream().filter(s -> s.contains("x.y=1 has no effect")).count(),
            server.log()::toString);
      }
    }
  }

  @Test
  void aSocketThatIsAnsweredAndAFileThatIsNoneAreLeftAlone() throws Exception {
    Path socket = scratch.resolve("taken.sock");
    String flag = "--grpc_socket_path=" + socket;
    String model = "--model_base_path=" + Models.path("half_plus_two");
    try (ServerProcess first = serve(flag)) {
      try (ServerProcess second = ServerProcess.launch(flag, model)) {
        assertEquals(255, second.exitCode());
        assertTrue(
            second.log().getLast().contains(socket + ": another server answers there"),
            second.log()::toString);
      }
      assertTrue(Files.exists(socket));
      assertTrue(first.isAlive());
    }
    Path pipe = scratch.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    try (ServerProcess server = ServerProcess.launch("--grpc_socket_path=" + pipe, model)) {
      assertEquals(255, server.exitCode());
    }
    assertTrue(Files.exists(pipe));
  }
}
