package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonNull;
import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.loadtest.wire.Call;
import dev.sluice.loadtest.wire.LoadThreads;
import dev.sluice.loadtest.wire.Outcome;
import dev.sluice.loadtest.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop over a wire that ends calls as a test wants. */
final class LoadLoopTest {
  private static final long SECOND = 1_000_000_000L;

  private final LoadThreads threads = new LoadThreads(1);

  @AfterEach
  void stop() {
    threads.close();
  }

  private static final class FakeWire implements Wire {
    private final Consumer<Call> onSend;
    private final List<Call> open = new ArrayList<>();

    FakeWire(Consumer<Call> onSend) {
      this.onSend = onSend;
    }

    @Override
    public CompletableFuture<Void> open() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void send(Call call) {
      open.add(call);
      onSend.accept(call);
    }

    @Override
    public void close() {
      List<Call> left = List.copyOf(open);
      open.clear();
      left.forEach(call -> call.ended(Outcome.UNFINISHED, new AnswerBytes()));
    }

    void end(Call call, Outcome outcome) {
      open.remove(call);
      call.ended(outcome, new AnswerBytes());
    }
  }

  private LoadLoop loop(FakeWire wire, Pacer pacer, long start) {
    AnswerCheck check =
        new AnswerCheck(Check.NONE, answer -> new RestAnswer(JsonNull.INSTANCE), List.of());
    return new LoadLoop(
        threads.get(0), wire, pacer, new Recorder(start), check, System::nanoTime, 3);
  }

  private static Recorder await(LoadLoop loop) {
    return loop.finished().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Test
  void endsWhenTheLastAnswerIsThere() {
    List<Integer> messages = new ArrayList<>();
    FakeWire[] wire = new FakeWire[1];
    wire[0] =
        new FakeWire(
            call -> {
              messages.add(call.message());
              threads.get(0).execute(() -> wire[0].end(call, Outcome.OK));
            });
    long start = System.nanoTime();
    LoadLoop loop = loop(wire[0], new OpenPacer(1000, 1, start, start + SECOND / 10), start);
    loop.start(start, start + SECOND / 10);
    Recorder recorder = await(loop);
    assertEquals(messages.size(), recorder.right());
    assertEquals(loop.answers(), recorder.right());
    assertEquals(List.of(0, 1, 2, 0), messages.subList(0, 4), "in turn");
  }

  @Test
  void callsThatReachNobodyAreNotRepeatedAtOnce() throws InterruptedException {
    CountDownLatch some = new CountDownLatch(10);
    FakeWire[] wire = new FakeWire[1];
    // Fails within the call: the loop must not begin the next from there, for ever deeper.
    wire[0] =
        new FakeWire(
            call -> {
              some.countDown();
              wire[0].end(call, new Outcome("UNAVAILABLE", "", false));
            });
    long start = System.nanoTime();
    LoadLoop loop = loop(wire[0], new ClosedPacer(2, start + 600 * SECOND), start);
    loop.start(start, start + 600 * SECOND);
    assertTrue(some.await(30, TimeUnit.SECONDS));
    loop.stop();
    assertTrue(await(loop).failed() >= 10);
  }

  @Test
  void aStopWaitsForAnswersAndACutDoesNot() throws InterruptedException {
    CountDownLatch sent = new CountDownLatch(2);
    FakeWire wire = new FakeWire(call -> sent.countDown());
    long start = System.nanoTime();
    LoadLoop loop = loop(wire, new ClosedPacer(2, start + 600 * SECOND), start);
    loop.start(start, start + 600 * SECOND);
    assertTrue(sent.await(30, TimeUnit.SECONDS));
    loop.stop();
    CompletableFuture<Boolean> done =
        CompletableFuture.supplyAsync(() -> loop.finished().isDone(), threads.get(0));
    assertEquals(false, done.orTimeout(30, TimeUnit.SECONDS).join());
    loop.cut();
    Recorder recorder = await(loop);
    assertEquals(2, recorder.failed());
    assertEquals(2, recorder.latencies().count());
  }
}
