package dev.sluice.main;

import dev.sluice.api.oip.ServerHealth;
import dev.sluice.health.HealthMonitor;
import dev.sluice.health.HealthReport;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.servable.ServableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether this server wants traffic: what is behind {@code /readyz} and {@code /v2/health/ready},
 * and what they say if it does not. It wants none before its start is over, once it is about to
 * stop, and while the monitor finds something wrong. Thread-safe; never blocks.
 */
final class Readiness implements ServerHealth {
  private static final byte[] OK = "ok\n".getBytes(StandardCharsets.US_ASCII);

  private final HealthMonitor monitor;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);

  private enum Phase {
    STARTING,
    SERVING,
    LEAVING
  }

  Readiness(HealthMonitor monitor) {
    this.monitor = monitor;
  }

  /** The start is over, unless the server is about to stop already. */
  void serve() {
    phase.compareAndSet(Phase.STARTING, Phase.SERVING);
  }

  /** The server is about to stop. */
  void leave() {
    phase.set(Phase.LEAVING);
  }

  @Override
  public boolean isLive() {
    return monitor.report().live();
  }

  @Override
  public boolean isReady() {
    return phase.get() == Phase.SERVING && !monitor.isStale() && monitor.report().isReady();
  }

  @Override
  public boolean mayAsk(ServableId id) {
    return phase.get() != Phase.LEAVING && !monitor.report().wedged().contains(id);
  }

  /** Answers 200 while ready, otherwise 503 and a line for each reason. */
  HttpHandler readyHandler() {
    return exchange -> {
      if (isReady()) {
        answer(exchange, 200, OK);
      } else {
        answer(exchange, 503, text("not ready", reasons()));
      }
    };
  }

  /** Answers 200 as long as the process can go on, otherwise 503 and the reasons. */
  HttpHandler liveHandler() {
    return exchange -> {
      if (isLive()) {
        answer(exchange, 200, OK);
      } else {
        answer(exchange, 503, text("not live", reasons()));
      }
    };
  }

  private List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    switch (phase.get()) {
      case STARTING -> reasons.add("the server is starting");
      case LEAVING -> reasons.add("the server is stopping");
      case SERVING -> {}
    }
    if (monitor.isStale()) {
      reasons.add("nobody has looked for what is wrong for more than 5 s");
    }
    HealthReport report = monitor.report();
    reasons.addAll(report.troubles());
    return reasons;
  }

  private static byte[] text(String verdict, List<String> reasons) {
    StringBuilder text = new StringBuilder(verdict).append('\n');
    reasons.forEach(reason -> text.append(reason).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(Exchange exchange, int status, byte[] body) {
    exchange.respond(Response.text(status), body, body.length);
  }
}
