package dev.sluice.main;

import dev.sluice.loadtest.BenchException;
import dev.sluice.loadtest.BenchOptions;
import dev.sluice.loadtest.LoadTest;
import dev.sluice.loadtest.Stop;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code sluice bench}: puts load on a running server and reports. */
final class BenchCommand {
  /** For the report after Ctrl-C. */
  private static final long PATIENCE_SECONDS = 10;

  private BenchCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    Stop stop = new Stop();
    CountDownLatch reported = new CountDownLatch(1);
    LoadTest test;
    try {
      BenchOptions options = BenchOptions.parse(flags);
      if (options.helpRequested()) {
        System.out.print(BenchOptions.usage());
        return 0;
      }
      test =
          new LoadTest(
              options,
              Version.current(),
              System.out,
              System.err,
              Terminal.is(Terminal.STANDARD_ERROR),
              stop);
    } catch (BenchException e) {
      complain(e);
      return Main.FAILURE;
    }
    // A signal ends the load; the process ends, with the signal's status, when all is printed.
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> stopAndWait(stop, reported)));
    try {
      return test.run() ? 0 : 1;
    } catch (BenchException e) {
      complain(e);
      return 1;
    } finally {
      System.out.flush();
      reported.countDown();
    }
  }

  private static void complain(BenchException failure) {
    System.err.println("sluice bench: " + failure.getMessage());
  }

  private static void stopAndWait(Stop stop, CountDownLatch reported) {
    stop.request();
    try {
      var _ = reported.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
