package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stop loses no request that a client could take for accepted. */
@Timeout(600)
class GracefulStopTest {
  private static final int CLIENTS = 8;
  private static final String MODEL = "--model_base_path=" + Models.path("half_plus_two");
  private static final String BODY = "{\"instances\": [10.0]}";
  private static final String PREDICT = "/v1/models/m:predict";

  @Test
  void aServerThatLeavesSaysSoEverywhereAndServesAllTheSame() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve("--model_name=m", MODEL, "--prestop_seconds=1")) {
      assertEquals(200, server.get("/readyz").statusCode());
      assertEquals(200, server.post("/prestop?wait=false", "").statusCode());
      HttpResponse<String> readiness = server.get("/readyz");
      assertEquals(503, readiness.statusCode());
      assertEquals("not ready\nthe server is stopping\n", readiness.body());
      assertEquals(503, server.get("/v2/models/m/ready").statusCode());
      HttpResponse<String> answer = server.post(PREDICT, BODY);
      assertEquals(200, answer.statusCode(), answer.body());
      assertEquals("close", answer.headers().firstValue("Connection").orElse(""));
      // As Kubernetes does it: the call is answered when the time is over, and then comes SIGTERM.
      assertEquals(200, server.get("/prestop").statusCode());
      assertTrue(server.isAlive());
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream().noneMatch(line -> line.contains(" WARNING ")),
          () -> String.join("\n", server.log()));
    }
  }

  /** Every client asks without pause and repeats nothing, until it is refused a connection. */
  @Test
  void aSignalUnderLoadLosesNothing() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve("--model_name=m", MODEL, "--prestop_seconds=2")) {
      AtomicInteger answers = new AtomicInteger();
      ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(Thread.ofPlatform().start(() -> ask(server.restPort(), answers, failures)));
      }
      server.await("answers", () -> answers.get() > 1_000);
      server.terminate();
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), List.copyOf(failures));
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream()
              .anyMatch(line -> line.contains("0 requests left, 0 versions left, 0 tensors left;")),
          () -> String.join("\n", server.log()));
      System.out.println("answers without loss: " + answers);
    }
  }

  private static void ask(int port, AtomicInteger answers, ConcurrentLinkedQueue<String> failures) {
    try {
      while (true) {
        askOnOneConnection(port, answers);
      }
    } catch (ConnectException stopped) {
      // Nothing was sent: what a client does elsewhere cannot get lost here.
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }

  private static void askOnOneConnection(int port, AtomicInteger answers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(60_000);
      String answer = "";
      while (!answer.contains("Connection: close")) {
        answer = exchange(socket);
        if (!answer.startsWith("HTTP/1.1 200") || !answer.contains("8.0")) {
          throw new IOException("expected 200 and 8.0, found " + answer);
        }
        answers.incrementAndGet();
      }
    }
  }

  private static String exchange(Socket socket) throws IOException {
    String request =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(PREDICT, BODY.length(), BODY);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("connection closed after: " + answer);
      }
      answer.append((char) next);
    }
    int at = answer.indexOf("Content-Length: ") + "Content-Length: ".length();
    int length = Integer.parseInt(answer.substring(at, answer.indexOf("\r\n", at)));
    return answer.append(new String(in.readNBytes(length), StandardCharsets.US_ASCII)).toString();
  }

  @Test
  void furtherSignalsEndTheWaiting() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=burn",
            "--model_base_path=" + Models.path("burn"),
            "--prestop_seconds=86400",
            "--drain_seconds=86400")) {
      CompletableFuture<HttpResponse<String>> running =
          server.postLater(
              "/v1/models/burn:predict", "{\"signature_name\": \"sleep\", \"inputs\": 600000}");
      server.await("the request to be on its lane", () -> server.hasThread("lane-burn-1-0"));
      server.terminate();
      server.await("the time before", () -> server.log().toString().contains("Leaving"));
      assertTrue(server.isAlive());
      server.terminate();
      server.await("the closed port", () -> isRefused(server.restPort()));
      assertFalse(running.isDone());
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(server.log().getLast().contains("Left loaded"), () -> server.log().toString());
    }
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  @Test
  void anUploadThatStandsStillDoesNotHoldUpTheStop() throws Exception {
    try (ServerProcess server =
            ServerProcess.serve("--model_name=m", MODEL, "--drain_seconds=86400");
        Socket upload = new Socket(InetAddress.getLoopbackAddress(), server.restPort())) {
      upload
          .getOutputStream()
          .write(
              ("POST " + PREDICT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));
      assertEquals(200, server.get("/readyz").statusCode());
      long begun = System.nanoTime();
      server.terminate();
      assertEquals(0, server.exitCode());
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
      assertTrue(seconds < 25, "took " + seconds + " s");
    }
  }
}
