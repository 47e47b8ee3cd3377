package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Makes pages of metrics, each on a thread of its own: that of very many models would hold up an
 * event loop, and no worker is free when many large requests come. One is made at a time, however
 * many ask.
 */
final class PageThread {
  private final ReentrantLock turn = new ReentrantLock();

  /** Answers with a page, later. */
  void answer(Exchange exchange, String contentType, Supplier<String> page) {
    Thread.ofVirtual().name("metrics").start(() -> make(exchange, contentType, page));
  }

  private void make(Exchange exchange, String contentType, Supplier<String> page) {
    boolean answered = false;
    try {
      byte[] body = made(page);
      exchange.respond(new Response(200, contentType, ""), body, body.length);
      answered = true;
    } finally {
      if (!answered) {
        exchange.abort(); // nobody else would end it
      }
    }
  }

  private byte[] made(Supplier<String> page) {
    turn.lock();
    try {
      return page.get().getBytes(StandardCharsets.UTF_8);
    } finally {
      turn.unlock();
    }
  }
}
