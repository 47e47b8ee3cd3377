package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions come, go and are rolled back while clients hammer both protocols. */
class HotReloadTest {
  @TempDir private Path scratch;

  /** When a version was first wanted, and since when it was certainly gone; nanoTime. */
  private record Life(float constant, long from, long until) {}

  private final Map<Long, Life> lives = new ConcurrentHashMap<>();

  @Test
  void noRequestFailsDuringFlips() throws Exception {
    run(8, 0);
  }

  /** The figures: 60 s, 32 clients, at least 30 flips, memory that comes back. */
  @Test
  @Tag("slow")
  void noRequestFailsDuringAMinuteOfFlips() throws Exception {
    run(36, 60);
  }

  private void run(int flips, int seconds) throws Exception {
    Path base = scratch.resolve("model");
    publish(base, 1, 1);
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=m", "--model_base_path=" + base, "--file_system_poll_wait_seconds=1")) {
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      long afterThird = 0;
      long afterLast = 0;
      try (Hammer hammer = new Hammer(server, "m", 32, this::isRight)) {
        for (int flip = 1; flip <= flips || System.nanoTime() - end < 0; flip++) {
          flip(server, base, flip);
          if (flip == 3) {
            afterThird = server.residentBytes();
          }
          afterLast = server.residentBytes();
        }
        assertEquals(java.util.List.of(), hammer.failures());
        System.out.println(
            "hot reload: "
                + hammer.answers()
                + " answers, 0 failed, 0 wrong; RSS after flip 3 "
                + (afterThird >> 20)
                + " MiB, after the last "
                + (afterLast >> 20)
                + " MiB");
        assertTrue(hammer.answers() > 100L * flips, "only " + hammer.answers() + " answers");
      }
      if (seconds > 0) {
        assertTrue(
            afterLast <= afterThird * 1.1, "RSS grew from " + afterThird + " to " + afterLast);
      }
    }
  }

  /** Odd flips publish a higher version, even ones roll back to the lower one by removing it. */
  private void flip(ServerProcess server, Path base, int flip) throws Exception {
    if (flip % 2 == 1) {
      long next = flip + 1L;
      publish(base, next, flip % 4 == 1 ? 2 : 1);
      awaitState(server, next, "AVAILABLE");
      awaitState(server, 1, "END");
    } else {
      long last = flip;
      Models.retract(base, last);
      awaitState(server, 1, "AVAILABLE");
      awaitState(server, last, "END");
      end(last);
    }
  }

  private void publish(Path base, long version, int source) throws IOException {
    float constant = source == 1 ? 2f : 3f;
    lives.put(version, new Life(constant, System.nanoTime(), Long.MAX_VALUE));
    Models.publish(Models.path("half_plus_two/" + source), base, version);
    assertTrue(Files.exists(base.resolve(Long.toString(version))));
  }

  private void end(long version) {
    lives.computeIfPresent(
        version, (number, life) -> new Life(life.constant, life.from, System.nanoTime()));
  }

  private static void awaitState(ServerProcess server, long version, String state)
      throws InterruptedException {
    String wanted = "\"version\": \"" + version + "\",\"state\": \"" + state + "\"";
    server.await(
        "version " + version + " " + state,
        () -> server.status("m").replaceAll("\\s+", " ").replace(", ", ",").contains(wanted));
  }

  /** Right is an answer of a version that was wanted at some moment while the request ran. */
  private boolean isRight(Hammer.Observation seen, String protocol) {
    for (Map.Entry<Long, Life> entry : lives.entrySet()) {
      Life life = entry.getValue();
      boolean isVersion = seen.version() < 0 || seen.version() == entry.getKey();
      boolean wasThere = life.from < seen.ended() && seen.begun() < life.until;
      if (isVersion && wasThere && seen.y() == 5f + life.constant) {
        return true;
      }
    }
    return false;
  }
}
