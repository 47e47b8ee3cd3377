package dev.sluice.http;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends the answers of one event loop together, at the end of its turn.
 *
 * <p>A client process that sleeps is woken by the first answer it gets, which costs the sender more
 * than the sending; those behind it find it awake. One per event loop, and confined to it.
 */
final class Flusher implements Runnable {
  /** So that the first client of a long turn need not wait for its end. */
  private static final int MOST_WAITING = 32;

  private static final FastThreadLocal<Flusher> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected Flusher initialValue() {
          return new Flusher();
        }
      };

  private final List<AnswerWriter> written = new ArrayList<>();
  private boolean scheduled;

  private Flusher() {}

  /** Flushes a connection's answers soon; called on its event loop, after a write. */
  static void flushSoon(AnswerWriter answers) {
    OF_LOOP.get().add(answers);
  }

  private void add(AnswerWriter answers) {
    written.add(answers);
    if (written.size() == MOST_WAITING) {
      flush();
    } else if (!scheduled) {
      answers.channel().eventLoop().execute(this);
      scheduled = true;
    }
  }

  @Override
  public void run() {
    scheduled = false;
    flush();
  }

  private void flush() {
    // By index: a flush that fails closes its channel, and what that runs may write elsewhere.
    for (int i = 0; i < written.size(); i++) {
      written.get(i).flush();
    }
    written.clear();
  }
}
