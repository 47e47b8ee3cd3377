package dev.sluice.console;

import dev.sluice.admission.Limiter;
import dev.sluice.api.json.JsonWriter;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.http.Exchange;
import dev.sluice.http.HttpHandler;
import dev.sluice.http.Response;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers everything at and below {@code /console}. Thread-safe. */
public final class Console implements HttpHandler {
  /** Where the page is; what belongs to it lies below. */
  public static final String PATH = "/console";

  private static final String FOLDER = PATH + "/";
  private static final String STATE = FOLDER + "api/state";
  private static final String MODELS = FOLDER + "api/models/";
  private static final byte[] EMPTY = {};

  /** Nothing from elsewhere, and no page around this one, for it has buttons that unload models. */
  private static final String GUARDS =
      "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'; object-src 'none'\r\n"
          + "X-Content-Type-Options: nosniff\r\n"
          + "Referrer-Policy: no-referrer\r\n";

  private static final Response JSON =
      new Response(200, "application/json", "Cache-Control: no-store\r\n" + GUARDS);
  private static final Response NOT_MODIFIED =
      new Response(304, "", "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n" + GUARDS);
  private static final Response REFUSED =
      new Response(405, "application/json", "Allow: GET, HEAD\r\n" + GUARDS);

  /** Relative, so that it holds behind a proxy that serves this under another path. */
  private static final Response MOVED = new Response(308, "", "Location: console/\r\n" + GUARDS);

  private static final System.Logger LOG = System.getLogger(Console.class.getName());

  /**
   * What the console shows.
   *
   * @param version of the program
   * @param ready whether the server wants traffic
   * @param states all versions ever seen of every model, the highest first
   * @param predictor lends the versions that are available
   * @param limiter counts the requests that are inside
   * @param metrics what is counted of models and versions
   */
  public record Parts(
      String version,
      BooleanSupplier ready,
      Supplier<Map<String, List<VersionStatus>>> states,
      Predictor predictor,
      Limiter limiter,
      ServingMetrics metrics) {}

  private final Assets assets = new Assets();
  private final RecentText state;
  private final ModelText models;

  /** Creates a console of a server that starts now. */
  public Console(Parts parts, InstantSource clock) {
    StateText text = new StateText(parts, new ProcessUsage(), clock.instant());
    this.state = new RecentText(() -> text.of(System.nanoTime()), System::nanoTime);
    this.models = new ModelText(parts.predictor());
  }

  /** What of a request the answer depends on. */
  private record Question(String path, boolean gzip, @Nullable String known) {
    static Question of(Exchange exchange) {
      String target = exchange.target();
      int query = target.indexOf('?');
      String encodings = exchange.header("Accept-Encoding");
      return new Question(
          query < 0 ? target : target.substring(0, query),
          encodings != null && encodings.contains("gzip"),
          exchange.header("If-None-Match"));
    }
  }

  @Override
  public void handle(Exchange exchange) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      respond(exchange, REFUSED, error("expected method GET, found " + exchange.method()));
      return;
    }
    Question question = Question.of(exchange);
    Thread.ofVirtual().name("console").start(() -> answer(exchange, question));
  }

  private void answer(Exchange exchange, Question question) {
    try {
      if (question.path.equals(PATH)) {
        respond(exchange, MOVED, EMPTY);
      } else if (question.path.equals(STATE)) {
        respond(exchange, JSON, state.text());
      } else if (question.path.startsWith(MODELS)) {
        respond(exchange, JSON, models.of(question.path.substring(MODELS.length())));
      } else {
        answerFile(exchange, question);
      }
    } catch (ServingException e) {
      fail(exchange, e);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "The console failed for " + question.path, bug);
      fail(
          exchange,
          new ServingException(Code.INTERNAL, "Internal error; the server's log has the reason"));
    } catch (Error e) {
      exchange.abort(); // on a thread of its own nobody else would end it
      throw e;
    }
  }

  private void answerFile(Exchange exchange, Question question) throws ServingException {
    Asset asset = assets.get(question.path.substring(FOLDER.length()));
    String tag = "ETag: " + asset.tag() + "\r\n";
    if (question.known != null && question.known.contains(asset.tag())) {
      exchange.respond(NOT_MODIFIED, tag, EMPTY, 0);
      return;
    }
    Response head =
        new Response(
            200, asset.type(), "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n" + GUARDS);
    if (question.gzip) {
      exchange.respond(head, tag + "Content-Encoding: gzip\r\n", asset.gzip(), asset.gzip().length);
    } else {
      exchange.respond(head, tag, asset.plain(), asset.plain().length);
    }
  }

  private static void fail(Exchange exchange, ServingException failure) {
    Response head = new Response(RestStatus.of(failure.code()), JSON.contentType(), JSON.headers());
    respond(exchange, head, error(failure.text()));
  }

  private static byte[] error(String message) {
    return new JsonWriter().open('{').name("error").value(message).close('}').toBytes();
  }

  private static void respond(Exchange exchange, Response head, byte[] body) {
    exchange.respond(head, body, body.length);
  }
}
