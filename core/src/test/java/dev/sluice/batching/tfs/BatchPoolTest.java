package dev.sluice.batching.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.TestTensors;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.EchoServable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several servables, clients and threads at once; in real time, with timeouts of microseconds. */
final class BatchPoolTest {
  private static final int CLIENTS = 4;
  private static final int REQUESTS = 3000;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), true);
  private final CountDownLatch ends = new CountDownLatch(CLIENTS * REQUESTS);
  private final AtomicInteger succeeded = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();

  /** Counts its end, and an answer that is not its own input as wrong. */
  private final class Echo implements RunRequest, Completion {
    private final Signature signature;
    private final Tensor input;
    private final float value;
    private final AtomicInteger completions = new AtomicInteger();

    Echo(EchoServable servable, int rows, float value) {
      this.signature = servable.signatures().values().iterator().next();
      float[] values = new float[rows];
      Arrays.fill(values, value);
      this.input = TestTensors.floats(servable.allocator(), Shape.of(rows), values);
      this.value = value;
    }

    @Override
    public Signature signature() {
      return signature;
    }

    @Override
    public Tensor input(int index) {
      return input;
    }

    @Override
    public int[] outputs() {
      return signature.allOutputs();
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      for (float found : TestTensors.floats(outputs[0])) {
        if (found != value) {
          wrong.incrementAndGet();
        }
      }
      outputs[0].close();
      succeeded.incrementAndGet();
      end();
    }

    @Override
    public void failed(ServingException failure) {
      if (failure.code() != Code.UNAVAILABLE) {
        wrong.incrementAndGet();
      }
      end();
    }

    private void end() {
      if (completions.incrementAndGet() != 1) {
        wrong.incrementAndGet();
      }
      input.close();
      ends.countDown();
    }
  }

  @Test
  void everyTaskEndsOnceWithItsOwnAnswer() throws InterruptedException {
    List<EchoServable> models = new ArrayList<>();
    List<TfsBatching> servables = new ArrayList<>();
    try (BatchPool pool = new BatchPool("test", 3)) {
      for (int i = 0; i < 3; i++) {
        models.add(new EchoServable(DataType.FLOAT));
        servables.add(batching(models.get(i), i, pool));
      }
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(seed + i);
        clients.add(Thread.ofPlatform().start(() -> ask(models, servables, random)));
      }
      servables.getFirst().close();
      for (Thread client : clients) {
        client.join();
      }
      assertTrue(ends.await(60, TimeUnit.SECONDS), "seed " + seed);
    }
    assertEquals(0, wrong.get(), "seed " + seed);
    assertTrue(succeeded.get() > 0, "seed " + seed);
    models.forEach(model -> assertEquals(0, model.openTensors(), "seed " + seed));
  }

  private TfsBatching batching(EchoServable model, int number, BatchPool pool) {
    return new TfsBatching(
        new ServableId("m", number),
        model,
        new TfsOptions(
            16, Duration.ofNanos(20_000L * number), 50, List.of(4L, 16L), true, number == 2, 16),
        pool,
        metrics.batching(),
        id -> {});
  }

  private void ask(List<EchoServable> models, List<TfsBatching> servables, Random random) {
    for (int i = 0; i < REQUESTS; i++) {
      int which = random.nextInt(models.size());
      Echo request = new Echo(models.get(which), 1 + random.nextInt(16), random.nextFloat());
      servables.get(which).run(request, request);
    }
  }
}
