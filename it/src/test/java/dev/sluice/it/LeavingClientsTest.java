package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Clients that send large bodies and leave must cost a patient one nothing but time. */
class LeavingClientsTest {
  private static final int LEAVERS = 2;
  private static final int ANSWERS = 60;
  private static final int VALUES = 300_000;

  /** In bytes: more than what all buffers together may hold. */
  private static final long LEFT_BEHIND = 2L << 30;

  private static final String PATH = "/v1/models/batch_probe:predict";

  private final String body =
      "{\"signature_name\": \"ragged_rows\", \"instances\": [["
          + String.join(",", Collections.nCopies(VALUES, "1.5"))
          + "]]}";

  @Test
  void thePatientClientIsAnswered() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=batch_probe", "--model_base_path=" + Models.path("batch_probe"))) {
      AtomicBoolean enough = new AtomicBoolean();
      AtomicInteger left = new AtomicInteger();
      List<Thread> leavers = new ArrayList<>();
      for (int i = 0; i < LEAVERS; i++) {
        leavers.add(Thread.ofPlatform().start(() -> leave(server.restPort(), enough, left)));
      }
      try {
        for (int i = 0; i < ANSWERS || left.get() * (long) body.length() < LEFT_BEHIND; i++) {
          var answer = server.post(PATH, body);
          assertEquals(200, answer.statusCode(), answer.body());
          assertTrue(answer.body().contains("450000.0"), answer.body());
        }
      } finally {
        enough.set(true);
        for (Thread leaver : leavers) {
          leaver.join();
        }
      }
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream()
              .anyMatch(line -> line.contains("0 requests left, 0 versions left, 0 tensors left;")),
          () -> String.join("\n", server.log()));
    }
  }

  private void leave(int port, AtomicBoolean enough, AtomicInteger left) {
    long seed = System.nanoTime();
    System.out.println("leaving clients: seed " + seed);
    Random random = new Random(seed);
    byte[] request =
        ("POST "
                + PATH
                + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII);
    while (!enough.get()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write(request);
        LockSupport.parkNanos(random.nextInt(4_000_000)); // so that they leave at all stages
      } catch (IOException refused) {
        // It may be told to go before it has sent all.
      }
      left.incrementAndGet();
    }
  }
}
