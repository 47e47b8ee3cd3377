package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ChannelArguments;
import dev.sluice.config.SecuritySettings;
import dev.sluice.health.HealthReport;
import dev.sluice.servable.ServableId;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class GrpcListenerTest {
  private static final String CHECK = "/grpc.health.v1.Health/Check";

  /** The answer NOT_SERVING: a message of two bytes, not compressed. */
  private static final byte[] NOT_SERVING = {0, 0, 0, 0, 2, 8, 2};

  private static final HealthReport WELL = report(true, true);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final EventLoops loops = new EventLoops(1, Duration.ofSeconds(5));
  private GrpcListener listener;

  @BeforeEach
  void open() throws IOException {
    listener = listener(Integer.MAX_VALUE);
  }

  private GrpcListener listener(int connections) throws IOException {
    return GrpcListener.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        new GrpcListener.Options(
            loops,
            new GrpcTuning(ChannelArguments.NONE, Long.MAX_VALUE, line -> {}),
            Optional.empty(),
            new ConnectionLimit(connections, line -> {}),
            new GrpcStalls.Patience(LONG, LONG),
            Optional.empty(),
            new SecuritySettings.Bounds(64 << 10, Long.MAX_VALUE, connections, 100),
            List.of(),
            true));
  }

  @AfterEach
  void close() {
    listener.close();
    loops.close();
  }

  private static HealthReport report(boolean well, boolean digits) {
    return new HealthReport(
        true,
        well ? List.of() : List.of("not well"),
        Map.of("digits", digits),
        digits ? Set.of() : Set.of(new ServableId("digits", 1)));
  }

  @Test
  void clientsAreSentElsewhereAndWhatCrossesIsServed() throws IOException {
    try (RawHttp2 client = new RawHttp2(listener.port())) {
      listener.leave();
      RawHttp2.Frame warning = client.next(RawHttp2.GOAWAY);
      assertEquals(Integer.MAX_VALUE, warning.lastStream());
      assertEquals(0, warning.errorCode());
      RawHttp2.Frame ping = client.next(RawHttp2.PING);

      client.call(1, CHECK);
      assertArrayEquals(NOT_SERVING, client.next(RawHttp2.DATA).payload());
      client.acknowledge(ping);
      RawHttp2.Frame last = client.next(RawHttp2.GOAWAY);
      assertEquals(1, last.lastStream());
      assertEquals(0, last.errorCode());
      assertTrue(client.ends());
    }
  }

  /** They were never anybody's, so that nobody can be sent elsewhere by them. */
  @Test
  void connectionsThatWereRefusedAreNoneToLeave() throws Exception {
    try (GrpcListener narrow = listener(1);
        RawHttp2 client = new RawHttp2(narrow.port())) {
      client.call(1, CHECK);
      assertArrayEquals(NOT_SERVING, client.next(RawHttp2.DATA).payload());
      for (int i = 0; i < 3; i++) {
        try (Socket refused = new Socket(InetAddress.getLoopbackAddress(), narrow.port())) {
          assertEquals(-1, refused.getInputStream().read());
        }
      }
      narrow.leave();
      assertEquals(Integer.MAX_VALUE, client.next(RawHttp2.GOAWAY).lastStream());
      client.acknowledge(client.next(RawHttp2.PING));
      assertTrue(client.ends());
    }
  }

  @Test
  void whoComesWhileItLeavesIsServedUntilTheDrain() throws Exception {
    int port = listener.port();
    listener.leave();
    try (RawHttp2 client = new RawHttp2(port)) {
      client.call(1, CHECK);
      assertArrayEquals(NOT_SERVING, client.next(RawHttp2.DATA).payload());
      listener.drain();
      assertEquals(Integer.MAX_VALUE, client.next(RawHttp2.GOAWAY).lastStream());
      client.acknowledge(client.next(RawHttp2.PING));
      assertTrue(client.ends());
    }
    assertTrue(listener.awaitDrained(Duration.ofSeconds(30)));
    assertThrows(IOException.class, () -> new RawHttp2(port).close());
  }

  @Test
  void healthTellsOfTheServerAndOfEachModel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", listener.port()).usePlaintext().build();
    try {
      HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
      assertEquals(ServingStatus.NOT_SERVING, status(health, ""));
      listener.show(WELL);
      assertEquals(ServingStatus.SERVING, status(health, ""));
      assertEquals(ServingStatus.SERVING, status(health, "PredictionService"));
      assertEquals(ServingStatus.SERVING, status(health, "digits"));
      assertEquals(
          Status.Code.NOT_FOUND,
          assertThrows(StatusRuntimeException.class, () -> status(health, "nobody"))
              .getStatus()
              .getCode());

      Iterator<HealthCheckResponse> watch = health.watch(request("digits"));
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      listener.show(report(false, false));
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      assertEquals(ServingStatus.NOT_SERVING, status(health, ""));
      listener.show(report(true, true));
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      listener.leave();
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      listener.show(report(true, true));
      assertEquals(ServingStatus.NOT_SERVING, status(health, ""));
    } finally {
      channel.shutdownNow();
    }
  }

  private static ServingStatus status(HealthGrpc.HealthBlockingStub health, String service) {
    return health.check(request(service)).getStatus();
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }
}
