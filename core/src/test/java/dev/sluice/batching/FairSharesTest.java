package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random loads of clients on one lane, against what each of them should get of it. */
final class FairSharesTest {
  private static final int ROUNDS = 60;
  private static final int RUNS = 600;
  private static final long MILLI = 1_000_000;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);

  @BeforeEach
  void printSeed() {
    System.out.println("FairSharesTest seed " + seed);
  }

  /** A request of which only the client counts. */
  private record Asked(String clientName) implements RunRequest, Completion {
    @Override
    public Signature signature() {
      return NumberModel.SIGNATURE;
    }

    @Override
    public @Nullable Tensor input(int index) {
      return null;
    }

    @Override
    public int[] outputs() {
      return NumberModel.SIGNATURE.allOutputs();
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      throw new AssertionError("nothing is run here");
    }

    @Override
    public void failed(ServingException failure) {
      throw new AssertionError("refused: " + failure.text());
    }
  }

  private static BatchTask task(String client, int rows, long now) {
    Asked asked = new Asked(client);
    return BatchTask.of(asked, asked, rows, now);
  }

  /** A servable whose runs take so long at the least, and so long more for each row. */
  private final class Lane {
    private final String where;
    private final AtomicLong now = new AtomicLong();
    private final double base;
    private final double perRow;
    private final RequestQueues queues;
    private final List<RequestQueue> kinds = new ArrayList<>();
    private final Map<String, Double> received = new TreeMap<>();
    private final Map<BatchTask, String> clients = new HashMap<>();
    private final Map<String, Map<RequestQueue, Deque<BatchTask>>> waiting = new HashMap<>();
    private RequestQueue ranKind;
    private List<BatchTask> ran = List.of();
    private double longestRun;

    Lane(Random random, Map<String, Double> weights, int kindCount, String where) {
      this.where = "seed " + seed + ", " + where;
      this.base = random.nextInt(3) * MILLI / 2.0;
      this.perRow = (1 + random.nextInt(20)) * MILLI / 10.0;
      this.queues =
          new RequestQueues(
              new ServableId("m", 1),
              1,
              new QueueLimits(1_000_000, Duration.ZERO, new ClientWeights(weights)),
              BatchPolicy.of(Duration.ZERO, 1 + random.nextInt(40)),
              now::get,
              (of, tasks, onLane, more) -> {
                ranKind = of;
                ran = tasks;
              });
      for (int columns = 1; columns <= kindCount; columns++) {
        float[] row = new float[columns];
        kinds.add(
            new RequestQueue(new NumberRequest(model, Shape.of(1, columns), row), true, true));
      }
      ranKind = kinds.getFirst();
    }

    void add(String client, RequestQueue kind, int rows) {
      BatchTask task = task(client, rows, now.get());
      assertEquals(null, queues.add(new RequestQueues.Queued(kind, task)), where);
      clients.put(task, client);
      line(client, kind).add(task);
    }

    private Deque<BatchTask> line(String client, RequestQueue kind) {
      return waiting
          .computeIfAbsent(client, name -> new HashMap<>())
          .computeIfAbsent(kind, any -> new ArrayDeque<>());
    }

    int waiting(String client) {
      return waiting.getOrDefault(client, Map.of()).values().stream().mapToInt(Deque::size).sum();
    }

    /** Runs what is next, and accounts for it as a client would: rows' shares of the time. */
    void run() {
      Lanes.Work work = queues.take();
      work.run(true);
      long rows = RequestQueue.rows(ran);
      long took = Math.round(base + perRow * rows);
      now.addAndGet(took);
      ranKind.costs().add(rows, took, false);
      queues.done(work);
      longestRun = Math.max(longestRun, (double) took);
      for (BatchTask task : ran) {
        String client = clients.remove(task);
        assertTrue(client != null, () -> "taken twice or never added, " + where);
        line(client, ranKind).remove(task);
        received.merge(client, (double) took * task.rows() / rows, Double::sum);
      }
    }

    double received(String client) {
      return received.getOrDefault(client, 0.0);
    }
  }

  /** Start-time fair queueing's bound, with runs where that has packets. */
  @Test
  void clientsThatAlwaysWantMoreGetTimeByTheirWeights() {
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seeds.nextLong());
      Map<String, Double> weights = new TreeMap<>();
      int count = 2 + random.nextInt(6);
      for (int client = 0; client < count; client++) {
        weights.put("c" + client, random.nextInt(1, 9) / 2.0);
      }
      Lane lane = new Lane(random, weights, 1, "round " + round);
      for (int run = 0; run < RUNS; run++) {
        for (String client : weights.keySet()) {
          while (lane.waiting(client) < 60) {
            lane.add(client, lane.kinds.getFirst(), 1 + random.nextInt(3));
          }
        }
        lane.run();
      }
      // Costs are not known at first, and what a run took is charged when the next is chosen.
      double slack = 6 * lane.longestRun;
      for (String one : weights.keySet()) {
        for (String other : weights.keySet()) {
          double difference =
              lane.received(one) / weights.get(one) - lane.received(other) / weights.get(other);
          double bound = slack / weights.get(one) + slack / weights.get(other);
          assertTrue(
              difference <= bound,
              () -> one + " is " + difference + " ns ahead of " + other + ", " + lane.where);
        }
      }
    }
  }

  /**
   * However much another asks for, whoever asks for less than a share gets it with the next run.
   */
  @Test
  void whoWantsLessThanItsShareWaitsForOneRun() {
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seeds.nextLong());
      Lane lane = new Lane(random, Map.of(), 3, "round " + round);
      for (int run = 0; run < RUNS; run++) {
        while (lane.waiting("noisy") < 100 + random.nextInt(400)) {
          lane.add("noisy", lane.kinds.get(random.nextInt(3)), 1 + random.nextInt(3));
        }
        boolean asks = run % 8 == 7;
        if (asks) {
          lane.add("quiet", lane.kinds.get(random.nextInt(3)), 1);
        }
        lane.run();
        assertEquals(0, lane.waiting("quiet"), "after its first chance, " + lane.where);
      }
    }
  }

  /**
   * What is known of runs may be wrong by any factor for a while; it must not turn shares round.
   */
  @Test
  void whatARunWasWronglyExpectedToTakeIsGivenBackAtOnce() {
    Lane lane = new Lane(new FixedRandom(), Map.of("large", 3.0), 1, "wrong estimate");
    RequestQueue kind = lane.kinds.getFirst();
    kind.costs().add(1, 1000 * MILLI, false); // 10,000 times what runs take here
    for (int i = 0; i < 400; i++) {
      lane.add("small", kind, 1);
      lane.add("large", kind, 1);
    }
    int large = 0;
    for (int run = 0; run < 100; run++) {
      lane.run();
      large += (int) lane.ran.stream().filter(task -> isOf("large", task)).count();
    }
    assertEquals(75, large, 2, lane.where);
  }

  private static boolean isOf(String client, BatchTask task) {
    return task.request().clientName().equals(client);
  }

  /** Turned round, the first of a few would wait for all that come after it. */
  @Test
  void whatANoisyClientHasWaitingDoesNotTurnTheOrderOfAQuietOne() {
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Lane lane = new Lane(new Random(seeds.nextLong()), Map.of(), 1, "round " + round);
      RequestQueue kind = lane.kinds.getFirst();
      for (int i = 0; i < 3 * RequestQueues.MANY; i++) {
        lane.add("noisy", kind, 1);
      }
      BatchTask newest = lane.line("noisy", kind).getLast();
      lane.run();
      assertFalse(lane.line("noisy", kind).contains(newest), "many wait, " + lane.where);
      for (int i = 0; i < 8; i++) {
        lane.add("quiet", kind, 1);
      }
      List<BatchTask> expected = List.copyOf(lane.line("quiet", kind));
      List<BatchTask> taken = new ArrayList<>();
      while (lane.waiting("quiet") > 0) {
        lane.run();
        lane.ran.stream().filter(expected::contains).forEach(taken::add);
      }
      assertEquals(expected, taken, lane.where);
    }
  }

  /**
   * A client that asks for a fifth of what there is has two fifths of its share to wait behind
   * beside one that asks for any amount: twice its run for each of its own, and one under way.
   */
  @Test
  void aQuietClientsTailIsThatOfItsShare() {
    double alone = tail(0);
    double beside = tail(3 * RequestQueues.MANY);
    assertTrue(alone < 6, "alone " + alone + " runs");
    assertTrue(beside < 3 * alone + 1, "beside a noisy one " + beside + " runs, alone " + alone);
  }

  /** Returns how many runs' time 99 of 100 of a quiet client's requests take at most. */
  private double tail(int noisy) {
    Random random = new Random(13);
    Lane lane = new Lane(new FixedRandom(), Map.of(), 1, "tail");
    RequestQueue kind = lane.kinds.getFirst();
    double run = lane.base + lane.perRow;
    List<Double> latencies = new ArrayList<>();
    Map<BatchTask, Long> due = new HashMap<>();
    long next = 0;
    while (latencies.size() < 5000) {
      while (next <= lane.now.get()) {
        lane.add("quiet", kind, 1);
        due.put(lane.line("quiet", kind).getLast(), next);
        next += Math.round(-Math.log(1 - random.nextDouble()) * 5 * run);
      }
      while (lane.waiting("noisy") < noisy) {
        lane.add("noisy", kind, 1);
      }
      if (lane.queues.size() == 0) {
        lane.now.set(next);
        continue;
      }
      lane.run();
      for (BatchTask task : lane.ran) {
        Long since = due.remove(task);
        if (since != null) {
          latencies.add((lane.now.get() - since) / run);
        }
      }
    }
    return latencies.stream().sorted().toList().get(latencies.size() * 99 / 100);
  }

  /** Makes a lane whose runs have one row. */
  private static final class FixedRandom extends Random {
    private static final long serialVersionUID = 1L;

    @Override
    public int nextInt(int bound) {
      return 0;
    }
  }

  /** What comes and goes in any way: every request is taken once, and a client's in their order. */
  @Test
  void everyRequestIsTakenOnceAndInItsClientsOrder() {
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seeds.nextLong());
      Lane lane = new Lane(random, Map.of("c1", 3.0), 3, "round " + round);
      int added = 0;
      for (int step = 0; step < RUNS; step++) {
        if (lane.queues.size() == 0 || (lane.queues.size() < 30 && random.nextBoolean())) {
          String client = random.nextInt(4) == 0 ? "" : "c" + random.nextInt(5);
          lane.add(client, lane.kinds.get(random.nextInt(3)), 1 + random.nextInt(3));
          added++;
        } else {
          Map<String, BatchTask> heads = new HashMap<>();
          lane.waiting.forEach(
              (client, kinds) ->
                  kinds.forEach(
                      (kind, tasks) -> {
                        if (!tasks.isEmpty()) {
                          heads.put(client + kind.hashCode(), tasks.getFirst());
                        }
                      }));
          lane.run();
          RequestQueue kind = lane.ranKind;
          for (BatchTask task : lane.ran) {
            String key = task.request().clientName() + kind.hashCode();
            BatchTask head = heads.remove(key);
            assertTrue(head == null || head == task, () -> "out of order, " + lane.where);
          }
        }
        assertEquals(lane.clients.size(), lane.queues.size(), lane.where);
      }
      while (lane.queues.size() > 0) {
        lane.run();
      }
      assertTrue(lane.clients.isEmpty(), () -> "not all taken, " + lane.where);
      assertTrue(added > 0, lane.where);
    }
  }

  @Test
  void namesTakeNoMoreMemoryThanIsBound() {
    Random random = new Random(seed);
    Lane lane = new Lane(random, Map.of(), 1, "names");
    Accounts accounts = new Accounts(ClientWeights.EQUAL);
    RequestQueue kind = lane.kinds.getFirst();
    for (int name = 0; name < 10 * Accounts.MOST; name++) {
      Account account = accounts.of("client " + name);
      if (random.nextInt(3) == 0) {
        Line line = account.lineFor(kind);
        line.add(task("client " + name, 1, 0));
        accounts.added(account, line);
      }
      assertTrue(accounts.size() <= Accounts.MOST, "seed " + seed);
    }
  }
}
