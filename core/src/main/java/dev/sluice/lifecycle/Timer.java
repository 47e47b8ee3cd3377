package dev.sluice.lifecycle;

import java.time.Duration;

/** Does something later. Injected, so that tests turn the clock themselves. */
@FunctionalInterface
public interface Timer {
  /**
   * Runs an action once after a delay, on any thread; the action does not block.
   *
   * @return cancels the action if it has not begun
   */
  Runnable schedule(Duration delay, Runnable action);

  /** Returns a timer whose waits are virtual threads, so that it needs no closing. */
  static Timer system() {
    return (delay, action) -> {
      Thread waiting =
          Thread.ofVirtual()
              .name("retry-timer")
              .start(
                  () -> {
                    try {
                      Thread.sleep(delay);
                    } catch (InterruptedException cancelled) {
                      return;
                    }
                    action.run();
                  });
      return waiting::interrupt;
    };
  }
}
