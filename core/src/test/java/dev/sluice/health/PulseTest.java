package dev.sluice.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class PulseTest {
  private final Queue<Runnable> loop = new ArrayDeque<>();

  @Test
  void aLoopThatComesRoundIsNeverSilent() {
    Pulse pulse = new Pulse(loop::add);
    for (int i = 0; i < 10; i++) {
      assertEquals(0, pulse.look(250));
      loop.remove().run();
    }
  }

  @Test
  void oneThatDoesNotIsSilentUntilItDoes() {
    Pulse pulse = new Pulse(loop::add);
    assertEquals(0, pulse.look(250));
    assertEquals(250, pulse.look(250));
    assertEquals(500, pulse.look(250));
    assertEquals(1, loop.size(), "it is given no second task");
    loop.remove().run();
    assertEquals(0, pulse.look(250));
    assertEquals(100, pulse.look(100));
  }

  @Test
  void oneThatHasEndedIsNotMissed() {
    Pulse pulse =
        new Pulse(
            task -> {
              throw new RejectedExecutionException();
            });
    assertEquals(0, pulse.look(250));
    assertEquals(0, pulse.look(250));
  }
}
