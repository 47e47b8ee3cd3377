package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.ExpiredRuns;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.tensor.Shape;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that share runs: each gets its own answer, once, whatever happens to the others. */
final class LaneScheduleTest {
  private static final int ROUNDS = 30;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());

  /** What each thread does at the end of its turn. */
  private final ThreadLocal<Queue<Runnable>> endOfTurn = ThreadLocal.withInitial(ArrayDeque::new);

  private final LongAdder sharedRows = new LongAdder();
  private final LongAccumulator largestRun = new LongAccumulator(Math::max, 0);
  private boolean oneCore;
  private int mostRows = Integer.MAX_VALUE;

  private LaneServable lanes(NumberModel model, int lanes, int capacity, Duration objective) {
    return lanes(model, lanes, capacity, objective, System::nanoTime);
  }

  private LaneServable lanes(
      NumberModel model, int lanes, int capacity, Duration objective, LongSupplier nanoTime) {
    return new LaneServable(
        new ServableId("m", 1),
        model,
        new LaneOptions(
            lanes,
            QueueLimits.of(capacity),
            true,
            mostRows,
            oneCore,
            1,
            objective,
            new TestTurns(task -> endOfTurn.get().add(task), nanoTime),
            new ExpiredRuns(),
            (id, rows) -> {
              sharedRows.add(rows);
              largestRun.accumulate(rows);
            }),
        nanoTime);
  }

  private void endTurn() {
    Queue<Runnable> tasks = endOfTurn.get();
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void whatWaitsForABusyLaneSharesARun() throws InterruptedException {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    try (Closing lanes = new Closing(lanes(model, 1, 100, Duration.ZERO))) {
      ask(lanes.servable, new NumberRequest(model, 1, 2)).await(); // brings the trial
      ask(lanes.servable, new NumberRequest(model, 1, 2)).await(); // which is over now
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      model.before(
          () -> {
            busy.countDown();
            awaitQuietly(goOn);
          });
      NumberRequest first = ask(lanes.servable, new NumberRequest(model, 3, 4));
      busy.await();
      NumberRequest second = ask(lanes.servable, new NumberRequest(model, 5, 6));
      NumberRequest third = ask(lanes.servable, new NumberRequest(model, 7, 8));
      NumberRequest wider = ask(lanes.servable, new NumberRequest(model, Shape.of(1, 3), 1, 2, 3));
      int before = model.runs();
      goOn.countDown();
      assertArrayEquals(new float[] {6, 8}, first.await().answer());
      assertArrayEquals(new float[] {10, 12}, second.await().answer());
      assertArrayEquals(new float[] {14, 16}, third.await().answer());
      assertArrayEquals(new float[] {2, 4, 6}, wider.await().answer());
      assertEquals(before + 2, model.runs(), "the two of one shape, and the other one");
    }
    assertEquals(0, model.memory().open());
  }

  @Test
  void modelsWhoseRowsSeeEachOtherNeverShareARun() {
    for (NumberModel.Kind kind :
        List.of(NumberModel.Kind.CENTRED, NumberModel.Kind.ROW_COUNT, NumberModel.Kind.RUN_COUNT)) {
      NumberModel model = new NumberModel(kind);
      List<NumberRequest> requests = new ArrayList<>();
      try (Closing lanes = new Closing(lanes(model, 1, 1000, Duration.ZERO))) {
        ask(lanes.servable, new NumberRequest(model, 1, 2)).await();
        ask(lanes.servable, new NumberRequest(model, 1, 2)).await(); // the trial is over
        int before = model.runs();
        for (int i = 0; i < 100; i++) {
          requests.add(ask(lanes.servable, new NumberRequest(model, i, i + 1)));
        }
        requests.forEach(NumberRequest::await);
        assertEquals(before + 100, model.runs(), kind.name());
      }
      if (kind == NumberModel.Kind.RUN_COUNT) {
        assertEquals(102, model.runs(), "without a trial");
      }
      requests.forEach(request -> assertEquals(Code.OK, request.code()));
    }
  }

  @Test
  void whatComesInOneTurnSharesARunOnTheCallersThread() {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    try (Closing lanes = new Closing(lanes(model, 1, 100, Duration.ZERO, () -> 0))) {
      learnThatRunsAreCheap(model, lanes.servable);
      List<NumberRequest> turn = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        NumberRequest request = new NumberRequest(model, i, 2 * i);
        lanes.servable.run(request, request);
        turn.add(request);
      }
      int before = model.runs();
      long sharedBefore = sharedRows.sum();
      endTurn();
      assertEquals(before + 1, model.runs());
      for (int i = 0; i < 5; i++) {
        assertArrayEquals(new float[] {2 * i, 4 * i}, turn.get(i).await().answer());
        assertEquals(Thread.currentThread(), turn.get(i).endedOn());
      }
      assertEquals(sharedBefore + 5, sharedRows.sum());
    }
    assertEquals(0, model.memory().open());
  }

  @Test
  void whatComesInOneTurnSharesNoLargerRunThanAllowed() {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    mostRows = 2;
    try (Closing lanes = new Closing(lanes(model, 1, 100, Duration.ZERO, () -> 0))) {
      learnThatRunsAreCheap(model, lanes.servable);
      List<NumberRequest> turn = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        NumberRequest request = new NumberRequest(model, i, 2 * i);
        lanes.servable.run(request, request);
        turn.add(request);
      }
      endTurn();
      for (int i = 0; i < turn.size(); i++) {
        assertArrayEquals(new float[] {2 * i, 4 * i}, turn.get(i).await().answer());
      }
    }
    assertTrue(largestRun.get() <= 2, largestRun::toString);
  }

  /** No lane could run beside the event loop; only those wait for it who would wait for a lane. */
  @Test
  @Timeout(60)
  void onOneCoreTheEventLoopDoesTheWorkOfTheLanesAsLongAsItIsShort() {
    for (Duration objective : List.of(Duration.ZERO, Duration.ofSeconds(1))) {
      NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
      AtomicLong now = new AtomicLong();
      AtomicLong takes = new AtomicLong(1_000_000);
      model.before(() -> now.addAndGet(takes.get()));
      oneCore = true;
      try (Closing lanes = new Closing(lanes(model, 1, 100, objective, now::get))) {
        learnThatRunsAreCheap(model, lanes.servable);
        awaitThatTheLaneSleeps();
        List<NumberRequest> turn = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
          NumberRequest request = new NumberRequest(model, i, 2 * i);
          lanes.servable.run(request, request);
          turn.add(request);
        }
        int before = model.runs();
        endTurn();
        for (int i = 0; i < 7; i++) {
          assertArrayEquals(new float[] {2 * i, 4 * i}, turn.get(i).await().answer());
          assertEquals(Thread.currentThread(), turn.get(i).endedOn());
        }
        assertTrue(model.runs() - before < 7, "none shared a run");
        takes.set(3_000_000);
        Thread ended;
        do {
          ended = ask(lanes.servable, new NumberRequest(model, 1, 2)).await().endedOn();
        } while (ended == Thread.currentThread());
      }
      assertEquals(0, model.memory().open());
    }
  }

  /** It may not have gone to sleep yet since it answered, and then takes what it finds. */
  private static void awaitThatTheLaneSleeps() {
    boolean sleeps;
    do {
      assertFalse(Thread.interrupted(), "the time is up");
      sleeps =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("lane-m-1"))
              .allMatch(lane -> lane.getState() == Thread.State.WAITING);
    } while (!sleeps);
  }

  /** Goes on until a run stays on this thread. */
  private void learnThatRunsAreCheap(NumberModel model, LaneServable lanes) {
    Thread ended;
    do {
      ended = ask(lanes, new NumberRequest(model, 1, 2)).await().endedOn();
    } while (ended != Thread.currentThread());
  }

  private NumberRequest ask(LaneServable lanes, NumberRequest request) {
    lanes.run(request, request);
    endTurn();
    return request;
  }

  /** However slow the first run was: nobody else would ever show that later ones are not. */
  @Test
  @Timeout(60)
  void aSlowBeginningDoesNotRefuseEverythingForEver() {
    NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
    AtomicLong now = new AtomicLong();
    model.before(() -> now.addAndGet(1_000_000_000));
    Duration objective = Duration.ofMillis(10);
    try (Closing lanes = new Closing(lanes(model, 1, 100, objective, now::get))) {
      int answered = 0;
      while (answered < 3) { // those that come while it is busy are refused
        Code code = ask(lanes.servable, new NumberRequest(model, 1, 2)).await().code();
        answered += code == Code.OK ? 1 : 0;
      }
    }
  }

  @Test
  void randomSchedulesGiveEveryRequestItsOwnAnswerOnce() throws InterruptedException {
    System.out.println("LaneScheduleTest seed " + seed);
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seeds.nextLong());
      NumberModel model = new NumberModel(NumberModel.Kind.TWICE);
      model.before(random.nextBoolean() ? () -> {} : Thread::yield);
      Duration objective = random.nextInt(3) == 0 ? Duration.ofMillis(2) : Duration.ZERO;
      oneCore = random.nextBoolean();
      int count = oneCore ? 1 : 1 + random.nextInt(3);
      LaneServable lanes = lanes(model, count, 1 + random.nextInt(500), objective);
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(new Client(model, lanes, random.nextLong()));
      }
      if (random.nextInt(3) == 0) {
        lanes.close(); // while clients are at it
      }
      for (Client client : clients) {
        client.thread.join();
      }
      lanes.close();
      for (Client client : clients) {
        client.check("seed " + seed + ", round " + round);
      }
      assertEquals(0, model.memory().open(), "seed " + seed + ", round " + round);
    }
  }

  /** An event loop with requests of its own; some of them leave, some are poisoned. */
  private final class Client implements Runnable {
    private final NumberModel model;
    private final LaneServable lanes;
    private final Random random;
    private final List<NumberRequest> requests = new ArrayList<>();
    private final List<float[]> values = new ArrayList<>();
    private final List<Boolean> mayFail = new ArrayList<>();
    private final ExecutorService loop;
    private final Thread thread;

    Client(NumberModel model, LaneServable lanes, long seed) {
      this.model = model;
      this.lanes = lanes;
      this.random = new Random(seed);
      this.loop = Executors.newSingleThreadExecutor();
      if (random.nextInt(10) == 0) {
        loop.shutdown(); // before the answers
      }
      this.thread = Thread.ofPlatform().start(this);
    }

    @Override
    public void run() {
      int turns = random.nextInt(60);
      for (int turn = 0; turn < turns; turn++) {
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
          send();
        }
        if (!requests.isEmpty() && random.nextInt(4) == 0) {
          requests.get(random.nextInt(requests.size())).abandon();
        }
        endTurn();
        if (!requests.isEmpty() && random.nextInt(3) == 0) {
          requests.getLast().await();
        }
      }
    }

    private void send() {
      int rows = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(3);
      int columns = 1 + random.nextInt(2);
      float[] row = new float[rows * columns];
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(1000);
      }
      boolean poisoned = row.length > 0 && random.nextInt(50) == 0;
      if (poisoned) {
        row[0] = NumberModel.POISON;
      }
      NumberRequest request = new NumberRequest(model, Shape.of(rows, columns), row);
      if (random.nextBoolean()) {
        request.at(loop);
      }
      requests.add(request);
      values.add(row);
      mayFail.add(poisoned);
      lanes.run(request, request);
    }

    void check(String where) {
      for (int i = 0; i < requests.size(); i++) {
        NumberRequest request = requests.get(i).await();
        assertEquals(1, request.completions(), where);
        switch (request.code()) {
          case OK -> {
            float[] twice = values.get(i).clone();
            for (int j = 0; j < twice.length; j++) {
              twice[j] *= 2;
            }
            assertArrayEquals(twice, request.answer(), where);
            assertTrue(!mayFail.get(i), where);
          }
          case DEADLINE_EXCEEDED -> assertTrue(request.isAbandoned(), where);
          case UNAVAILABLE -> assertTrue(!request.text().isEmpty(), where);
          case DATA_LOSS -> assertTrue(mayFail.get(i), "another was poisoned, " + where);
          default -> throw new AssertionError(where + ": " + request.code() + request.text());
        }
      }
      loop.shutdown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Closes lanes that are a servable, and so not closeable by themselves. */
  private record Closing(LaneServable servable) implements AutoCloseable {
    @Override
    public void close() {
      servable.close();
    }
  }
}
