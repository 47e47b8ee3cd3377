package dev.sluice.loadtest;

import dev.sluice.client.DurationText;
import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.loadtest.wire.Call;
import dev.sluice.loadtest.wire.Outcome;
import dev.sluice.loadtest.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Sends single requests before the load begins, and waits for the answers. */
final class Asker {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

  /** The first run of a model may take long. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String REFUSED = "Connection refused";

  private final Wires wires;
  private final Target target;
  private final Stop stop;

  Asker(Wires wires, Target target, Stop stop) {
    this.wires = wires;
    this.target = target;
    this.stop = stop;
  }

  /**
   * Sends messages one after the other over one connection.
   *
   * @throws BenchException if the server cannot be reached, or does not answer
   */
  List<Reply> ask(Wires.Method method, List<byte[]> messages)
      throws BenchException, InterruptedException {
    Wire wire = wires.create(0, method, messages, 1, true, Optional.empty());
    try {
      CompletableFuture<Void> opened = new CompletableFuture<>();
      wires
          .loop(0)
          .execute(
              () ->
                  wire.open()
                      .whenComplete(
                          (_, failure) -> {
                            if (failure == null) {
                              opened.complete(null);
                            } else {
                              opened.completeExceptionally(failure);
                            }
                          }));
      await(opened, CONNECT_PATIENCE, "connection");
      if (opened.isCompletedExceptionally()) {
        throw new BenchException(
            "no server at %s: %s".formatted(target.server(), message(opened.exceptionNow())));
      }
      List<Reply> replies = new ArrayList<>();
      for (int i = 0; i < messages.size(); i++) {
        Question question = new Question(i, wires.clock().getAsLong());
        wires.loop(0).execute(() -> wire.send(question));
        await(question.reply, PATIENCE, "answer");
        replies.add(question.reply.join());
      }
      return replies;
    } finally {
      wires.loop(0).execute(wire::close);
    }
  }

  private void await(CompletableFuture<?> future, Duration patience, String what)
      throws BenchException, InterruptedException {
    if (!stop.await(future, patience, () -> {})) {
      throw new BenchException(
          stop.isRequested()
              ? "interrupted before anything was measured"
              : "no %s of %s within %s"
                  .formatted(what, target.server(), DurationText.of(patience)));
    }
  }

  /** Returns what a failed future says. */
  static String message(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String message = String.valueOf(cause.getMessage());
    // Netty names the system call before.
    return message.endsWith(REFUSED) ? REFUSED : message;
  }

  private static final class Question implements Call {
    private final int message;
    private final long intended;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();

    Question(int message, long intended) {
      this.message = message;
      this.intended = intended;
    }

    @Override
    public int message() {
      return message;
    }

    @Override
    public long intendedNanos() {
      return intended;
    }

    @Override
    public void ended(Outcome outcome, AnswerBytes answer) {
      AnswerBytes copy = new AnswerBytes();
      copy.append(answer.toArray());
      reply.complete(new Reply(outcome, copy));
    }
  }
}
