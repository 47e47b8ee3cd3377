package dev.sluice.lifecycle;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Runs what it is given, one after the other, on one virtual thread of its own. What is touched
 * only by such steps needs no lock.
 */
final class Mailbox {
  private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
  private final Thread thread;
  private boolean open = true;

  Mailbox(String name) {
    thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Queues a step; it is dropped if the mailbox has ended. Never blocks. */
  void post(Runnable step) {
    steps.add(step);
  }

  /** Ends the thread after the steps queued so far, and waits for it. */
  void stop() throws InterruptedException {
    post(() -> open = false);
    thread.join();
  }

  /** Returns true on the mailbox's own thread. */
  boolean isCurrent() {
    return Thread.currentThread().equals(thread);
  }

  private void run() {
    while (open) {
      Runnable step;
      try {
        step = steps.take();
      } catch (InterruptedException e) {
        // Nobody interrupts this thread; going on is the only safe answer.
        continue;
      }
      try {
        step.run();
      } catch (Throwable bug) {
        // The root of this thread: one bad step must not stop all loading and unloading.
        thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
      }
    }
  }
}
