package dev.sluice.metrics;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the JVM says of itself, by the names of Prometheus' own Java client, so that dashboards for
 * JVMs render. Thread-safe.
 */
public final class JvmSampler implements Sampler {
  private static final double MILLIS = 1e3;

  /** Samples this JVM. */
  public JvmSampler() {}

  @Override
  public List<Sampled> sample() {
    List<Sampled> families = new ArrayList<>();
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    MemoryUsage nonheap = memory.getNonHeapMemoryUsage();
    families.add(
        areas("jvm_memory_used_bytes", "Memory in use.", heap.getUsed(), nonheap.getUsed()));
    families.add(
        areas(
            "jvm_memory_committed_bytes",
            "Memory that the JVM has from the system.",
            heap.getCommitted(),
            nonheap.getCommitted()));
    families.add(
        areas(
            "jvm_memory_max_bytes",
            "Memory that the JVM may take; -1 if that is not bounded.",
            heap.getMax(),
            nonheap.getMax()));
    families.add(collections());
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    families.add(
        Sampled.gauge(
            "jvm_threads_current", "Platform threads that live.", threads.getThreadCount()));
    families.add(
        Sampled.gauge(
            "jvm_threads_daemon",
            "Platform threads that hold up no exit.",
            threads.getDaemonThreadCount()));
    families.add(
        Sampled.gauge(
            "jvm_threads_peak",
            "Platform threads that lived at once at most.",
            threads.getPeakThreadCount()));
    List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    families.add(
        pools(
            "jvm_buffer_pool_used_bytes",
            "Memory outside the heap that buffers hold.",
            pools,
            BufferPoolMXBean::getMemoryUsed));
    families.add(
        pools(
            "jvm_buffer_pool_used_buffers",
            "Buffers outside the heap.",
            pools,
            BufferPoolMXBean::getCount));
    return families;
  }

  private static Sampled areas(String name, String help, long heap, long nonheap) {
    return new Sampled(
        Description.of(name, help, "area"),
        Sampled.Kind.GAUGE,
        List.of(Sampled.Sample.of(heap, "heap"), Sampled.Sample.of(nonheap, "nonheap")));
  }

  private static Sampled collections() {
    List<Sampled.Sample> samples = new ArrayList<>();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      List<String> labels = List.of(collector.getName());
      samples.add(new Sampled.Sample("_count", labels, (double) collector.getCollectionCount()));
      samples.add(new Sampled.Sample("_sum", labels, collector.getCollectionTime() / MILLIS));
    }
    return new Sampled(
        Description.of(
            "jvm_gc_collection_seconds", "Time that the garbage collectors have taken.", "gc"),
        Sampled.Kind.SUMMARY,
        samples);
  }

  private static Sampled pools(
      String name,
      String help,
      List<BufferPoolMXBean> pools,
      ToLongFunction<BufferPoolMXBean> value) {
    return new Sampled(
        Description.of(name, help, "pool"),
        Sampled.Kind.GAUGE,
        pools.stream()
            .map(pool -> Sampled.Sample.of(value.applyAsLong(pool), pool.getName()))
            .toList());
  }
}
