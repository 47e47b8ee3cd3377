package dev.sluice.main;

import dev.sluice.http.Exchange;
import dev.sluice.http.HttpErrors;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time before a stop in which the server wants no traffic and serves what comes all the same,
 * since balancers take a moment to look away. It is begun once, by a call or by the stop itself.
 *
 * <p>Thread-safe. As a handler it answers such calls: when the time is over, or at once if they say
 * {@code wait=false}.
 */
final class Departure implements HttpHandler {
  /** Of the call that begins it; Kubernetes sends GET. */
  static final String PATH = "/prestop";

  /** Whoever calls wants some time; a signal does not say so. */
  private static final Duration OF_A_CALL = Duration.ofSeconds(5);

  private static final byte[] OVER = ascii("the server is leaving: stop it now\n");
  private static final byte[] BEGUN = ascii("the server is leaving\n");

  private final Optional<Duration> hold;
  private final Runnable leave;
  private final AtomicReference<@Nullable Patience> begun = new AtomicReference<>();

  /**
   * Creates a departure that has not begun.
   *
   * @param hold how long it takes; empty: as long as suits whoever begins it
   * @param leave what to do when it begins, once; it must not block
   */
  Departure(Optional<Duration> hold, Runnable leave) {
    this.hold = hold;
    this.leave = leave;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Begins, unless it has begun, and waits until it is over: the server is about to stop. */
  void complete() throws InterruptedException {
    begin(Duration.ZERO).awaitEnd();
  }

  /** Ends it now if it has begun. */
  void hurry() {
    Patience patience = begun.get();
    if (patience != null) {
      patience.lose();
    }
  }

  private Patience begin(Duration unlessSaid) {
    Patience mine = new Patience(hold.orElse(unlessSaid));
    Patience first = begun.compareAndExchange(null, mine);
    if (first != null) {
      return first;
    }
    leave.run();
    return mine;
  }

  @Override
  public void handle(Exchange exchange) {
    String method = exchange.method();
    if (!method.equals("POST") && !method.equals("GET")) {
      byte[] page = HttpErrors.page(405);
      exchange.respond(Response.html(405), "Allow: GET, POST\r\n", page, page.length);
      return;
    }
    Patience patience = begin(OF_A_CALL);
    if (query(exchange.target()).contains("wait=false")) {
      exchange.respond(Response.text(200), BEGUN, BEGUN.length);
    } else {
      Thread.ofVirtual().name("prestop").start(() -> answerAtEnd(exchange, patience));
    }
  }

  private static List<String> query(String target) {
    return List.of(target.substring(target.indexOf('?') + 1).split("&", -1));
  }

  private static void answerAtEnd(Exchange exchange, Patience patience) {
    try {
      patience.awaitEnd();
    } catch (InterruptedException e) {
      // Nobody else knows this thread; an interrupt can only mean that it should end.
      Thread.currentThread().interrupt();
    }
    exchange.respond(Response.text(200), OVER, OVER.length);
  }
}
