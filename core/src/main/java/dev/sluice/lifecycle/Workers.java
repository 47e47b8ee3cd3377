package dev.sluice.lifecycle;

import dev.sluice.engine.EngineThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that do the manager's slow work. Platform threads with a large stack for engines,
 * whose graph optimisation recurses and whose native calls hold a carrier; virtual threads for
 * waiting.
 *
 * @param loads runs tries in the order they are queued
 * @param unloads frees what was loaded
 * @param waits drains leases
 * @param checks takes fingerprints: calls into a file system, which may hang
 */
record Workers(
    ExecutorService loads, ExecutorService unloads, ExecutorService waits, ExecutorService checks) {
  private static final int CHECK_THREADS = 4;
  private static final long IDLE_SECONDS = 10;

  static Workers start(ManagerOptions options) {
    return new Workers(
        bounded(options.effectiveLoadThreads(), "load-"),
        options.unloadThreads() > 0 ? bounded(options.unloadThreads(), "unload-") : unbounded(),
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("wait-", 0).factory()),
        bounded(CHECK_THREADS, "check-"));
  }

  private static ExecutorService bounded(int threads, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static ExecutorService unbounded() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        factory("unload-"));
  }

  private static ThreadFactory factory(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = EngineThreads.newThread(work);
      thread.setName(name + number.getAndIncrement());
      return thread;
    };
  }

  /** Stops waiting, and lets loads and unloads that have begun end by themselves. */
  void stop() {
    waits.shutdownNow();
    checks.shutdownNow();
    loads.shutdown();
    unloads.shutdown();
  }
}
