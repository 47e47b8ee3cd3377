package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.testing.Identity;
import dev.sluice.testing.Volume;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS on every port: certificates that change under load, and clients that show theirs. */
@Timeout(600)
class EncryptedPortsTest {
  private static final String BODY = "{\"instances\": [1.0, 2.0, 5.0]}";
  private static final int REQUESTS_A_CONNECTION = 5;

  @TempDir private Path scratch;

  private Volume volume() {
    return new Volume(scratch);
  }

  private ServerProcess serve(String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("--model_name=m");
    all.add("--model_base_path=" + Models.path("half_plus_two"));
    all.add("--tls_cert_file=" + scratch.resolve("..data/tls.crt"));
    all.add("--tls_key_file=" + scratch.resolve("..data/tls.key"));
    return ServerProcess.serve(all.toArray(String[]::new));
  }

  private static HttpClient client(SSLContext context) {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build();
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path));
  }

  private static HttpResponse<String> predict(HttpClient client, int port)
      throws IOException, InterruptedException {
    return client.send(
        request(port, "/v1/models/m:predict")
            .POST(HttpRequest.BodyPublishers.ofString(BODY))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static int status(SSLContext context, int port, String path) throws Exception {
    try (HttpClient client = client(context)) {
      return client
          .send(request(port, path).build(), HttpResponse.BodyHandlers.ofString())
          .statusCode();
    }
  }

  private static String ask(int port, SslContext encryption) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", port).sslContext(encryption).build();
    try {
      return ModelServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(60, TimeUnit.SECONDS)
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

  private static SslContextBuilder grpc(X509Certificate... trusted) {
    return GrpcSslContexts.configure(SslContextBuilder.forClient().trustManager(trusted));
  }

  private static String shown(SSLContext context, int port) throws Exception {
    try (HttpClient client = client(context)) {
      return predict(client, port).sslSession().orElseThrow().getPeerPrincipal().getName();
    }
  }

  @Test
  void certificatesChangeWithoutAFailedRequest() throws Exception {
    List<Identity> identities = new ArrayList<>();
    for (String name : List.of("first", "second", "third")) {
      identities.add(Identity.create(scratch, name));
      volume().write(name, identities.getLast(), identities.getLast());
    }
    volume().turnTo("first");
    SSLContext trust = Identity.client(identities, null);
    SslContext grpcTrust =
        grpc(identities.get(0).x509(), identities.get(1).x509(), identities.get(2).x509()).build();
    try (ServerProcess server = serve()) {
      Queue<String> failures = new ConcurrentLinkedQueue<>();
      AtomicInteger answered = new AtomicInteger();
      AtomicBoolean stop = new AtomicBoolean();
      Thread rest =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!stop.get() && failures.isEmpty()) {
                      try (HttpClient client = client(trust)) {
                        for (int i = 0; i < REQUESTS_A_CONNECTION; i++) {
                          assertEquals(200, predict(client, server.restPort()).statusCode());
                          answered.incrementAndGet();
                        }
                      } catch (Exception | AssertionError e) {
                        failures.add("REST: " + e);
                      }
                    }
                  });
      Thread grpc =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!stop.get() && failures.isEmpty()) {
                      try {
                        assertEquals("AVAILABLE", ask(server.grpcPort(), grpcTrust));
                        answered.incrementAndGet();
                      } catch (RuntimeException | AssertionError e) {
                        failures.add("gRPC: " + e);
                      }
                    }
                  });
      try {
        assertEquals("CN=first", shown(trust, server.restPort()));
        for (String name : List.of("second", "third")) {
          int before = answered.get();
          volume().turnTo(name);
          server.await(
              name + " is shown and served",
              () ->
                  isShown("CN=" + name, trust, server.restPort()) && answered.get() > before + 20);
          assertEquals("AVAILABLE", ask(server.grpcPort(), grpcTrust));
        }
      } finally {
        stop.set(true);
      }
      rest.join();
      grpc.join();
      assertTrue(failures.isEmpty(), failures::toString);
      // Who trusts only the last one is served over gRPC, too.
      assertEquals("AVAILABLE", ask(server.grpcPort(), grpc(identities.get(2).x509()).build()));
    }
  }

  private static boolean isShown(String name, SSLContext context, int port) {
    try {
      return shown(context, port).equals(name);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void clientsAreWhomTheirCertificatesName() throws Exception {
    Identity own = Identity.create(scratch, "server");
    Identity batch = Identity.create(scratch, "batch");
    Identity stranger = Identity.create(scratch, "stranger");
    volume().write("v1", own, own);
    volume().turnTo("v1");
    Path ca = Files.writeString(scratch.resolve("clients.pem"), batch.certificate());
    Path auth =
        Files.writeString(
            scratch.resolve("auth.yaml"),
            """
            client_certificates:
              - {name: batch, subject: "CN=batch", scopes: [infer], models: [m]}
            """);
    int metrics = FreePorts.next();
    try (ServerProcess server =
        serve(
            "--tls_client_ca_file=" + ca,
            "--auth_config_file=" + auth,
            "--metrics_port=" + metrics)) {
      SSLContext known = Identity.client(List.of(own), batch);
      SSLContext nobody = Identity.client(List.of(own), null);
      SSLContext other = Identity.client(List.of(own), stranger);
      assertEquals(200, status(known, server.restPort(), "/v1/models/m"));
      assertEquals(403, status(known, server.restPort(), "/v1/models/another"));
      assertEquals(403, status(known, server.restPort(), "/v2/repository/index"));
      assertThrows(IOException.class, () -> status(nobody, server.restPort(), "/v1/models/m"));
      assertThrows(IOException.class, () -> status(other, server.restPort(), "/v1/models/m"));
      SslContextBuilder trust = grpc(own.x509());
      assertEquals(
          Status.Code.UNAVAILABLE,
          assertThrows(StatusRuntimeException.class, () -> ask(server.grpcPort(), trust.build()))
              .getStatus()
              .getCode());
      assertEquals(
          "AVAILABLE",
          ask(
              server.grpcPort(),
              trust.keyManager(batch.certificateStream(), batch.keyStream()).build()));
      // Probes have no certificates.
      assertEquals(200, status(nobody, metrics, "/livez"));
      assertEquals(401, status(nobody, metrics, "/metrics"));
      assertEquals(403, status(known, metrics, "/metrics"));
    }
  }
}
