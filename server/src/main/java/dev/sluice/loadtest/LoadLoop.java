package dev.sluice.loadtest;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.loadtest.wire.Outcome;
import dev.sluice.loadtest.wire.Wire;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One event loop's share of a run: begins calls when the pacer says so, and records how they end.
 * Everything but {@link #answers}, {@link #finished} and the requests to begin or stop happens on
 * the event loop.
 */
final class LoadLoop {
  /** After a call that reached nobody: a client that tries on and on would only burn the CPU. */
  private static final long PAUSE_MILLIS = 20;

  private final EventLoop loop;
  private final Wire wire;
  private final Pacer pacer;
  private final Recorder recorder;
  private final AnswerCheck check;
  private final LongSupplier clock;
  private final int messages;
  private final LongConsumer begin = this::begin;
  private final CompletableFuture<Recorder> finished = new CompletableFuture<>();

  /** For the progress bar; written by the event loop only. */
  private final AtomicLong answers = new AtomicLong();

  private int nextMessage;
  private long underWay;
  private long paused;
  private boolean stopped;

  LoadLoop(
      EventLoop loop,
      Wire wire,
      Pacer pacer,
      Recorder recorder,
      AnswerCheck check,
      LongSupplier clock,
      int messages) {
    this.loop = loop;
    this.wire = wire;
    this.pacer = pacer;
    this.recorder = recorder;
    this.check = check;
    this.clock = clock;
    this.messages = messages;
  }

  /** Begins the load at a time of the clock; at {@code end} the loop looks whether it is done. */
  void start(long at, long end) {
    loop.schedule(this::look, at - clock.getAsLong(), NANOSECONDS);
    loop.schedule(this::finishIfDone, end - clock.getAsLong() + 1, NANOSECONDS);
  }

  private void look() {
    if (stopped) {
      return;
    }
    long next = pacer.due(clock.getAsLong(), begin);
    if (next != Pacer.NEVER) {
      loop.schedule(this::look, Math.max(0, next - clock.getAsLong()), NANOSECONDS);
    } else {
      finishIfDone();
    }
  }

  private void begin(long intended) {
    int message = nextMessage;
    nextMessage = message + 1 == messages ? 0 : message + 1;
    recorder.began(intended, clock.getAsLong());
    underWay++;
    wire.send(new LoadCall(this, message, intended));
  }

  void ended(LoadCall call, Outcome outcome, AnswerBytes answer) {
    long now = clock.getAsLong();
    underWay--;
    answers.setRelease(answers.getPlain() + 1);
    if (outcome.isOk()) {
      Optional<String> problem = check.problem(call.message(), answer);
      if (problem.isEmpty()) {
        recorder.right(call.intendedNanos(), now);
      } else {
        recorder.wrong(call.intendedNanos(), now, problem.get());
      }
    } else {
      recorder.failed(call.intendedNanos(), now, outcome);
    }
    if (!stopped) {
      next(outcome, now);
    }
    finishIfDone();
  }

  private void next(Outcome outcome, long now) {
    if (outcome.answered()) {
      pacer.ended(now, begin);
    } else {
      paused++;
      loop.schedule(this::resume, PAUSE_MILLIS, MILLISECONDS);
    }
  }

  private void resume() {
    paused--;
    if (!stopped) {
      pacer.ended(clock.getAsLong(), begin);
    }
    finishIfDone();
  }

  private void finishIfDone() {
    if (underWay == 0
        && (stopped || (paused == 0 && pacer.isOver(clock.getAsLong())))
        && !finished.isDone()) {
      stopped = true;
      wire.close();
      finished.complete(recorder);
    }
  }

  /** Begins no more calls; those under way may end. Any thread. */
  void stop() {
    loop.execute(
        () -> {
          stopped = true;
          finishIfDone();
        });
  }

  /** Gives up the calls under way. Any thread. */
  void cut() {
    loop.execute(
        () -> {
          stopped = true;
          wire.close();
          finishIfDone();
        });
  }

  /** Returns how many calls have ended; any thread. */
  long answers() {
    return answers.getAcquire();
  }

  /** Completes with everything that was recorded, which then changes no more. */
  CompletableFuture<Recorder> finished() {
    return finished;
  }
}
