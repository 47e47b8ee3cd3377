package dev.sluice.api.rest;

import dev.sluice.api.Handover;
import dev.sluice.api.ObservedRequest;
import dev.sluice.api.ServerTiming;
import dev.sluice.api.json.JsonSink;
import dev.sluice.http.Body;
import dev.sluice.http.Exchange;
import dev.sluice.http.Watcher;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.InputBounds;
import dev.sluice.predict.LargeInputs;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.tensor.Tensor;
import io.netty.util.AsciiString;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request to run a model over REST, whatever the protocol: decodes on the event loop, or on a
 * worker if the body is large or compressed; runs; answers from the thread that completes.
 *
 * <p>Who answers is settled by one CAS, the claim: the result, a failure, or the time-out. The
 * time-out makes it and then reads {@code call}; the decoder sets {@code call} and then looks for
 * it; so a request that timed out while it was being decoded is either abandoned or never run. A
 * servable that keeps deadlines itself is left to answer, as long as it may.
 *
 * @param <B> what the protocol makes of a body's bytes
 */
final class RestExchange<B> extends ObservedRequest implements Answer, Watcher, Runnable {
  private static final System.Logger LOG = System.getLogger(RestExchange.class.getName());

  /** With its hash code, since it is looked for in each request. */
  private static final AsciiString ASKS_FOR_TIMES = AsciiString.cached(ServerTiming.REQUEST_HEADER);

  /** Larger bodies would hold an event loop for more than some 100 µs. */
  private static final int MAX_BODY_ON_LOOP = 64 << 10;

  /** The body on its way from the socket's memory; one per event loop, for small bodies. */
  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[MAX_BODY_ON_LOOP]);

  /** Answers on their way to the socket's memory; one per lane. */
  private static final ThreadLocal<JsonSink> SINK =
      ThreadLocal.withInitial(() -> new JsonSink(4096));

  /** A context counts once for each example, so that a few bytes can stand for very many. */
  private static final InputBounds ON_LOOP = InputBounds.inline(1 << 20);

  /** A larger one is not kept, so that one large answer does not hold memory for ever. */
  private static final int MAX_KEPT_SINK = 1 << 20;

  /** Between two looks at a request that may outlive its deadline. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final RestInference inference;
  private final Exchange exchange;
  private final RestTarget target;
  private final RestRequest<B> request;
  private final @Nullable Executor home;
  private final String clientName;
  private final long deadline;
  private final Body body;
  private final @Nullable Expansion expansion;
  private @Nullable Handover handover;
  private volatile @Nullable Call call;

  RestExchange(
      RestInference inference,
      Exchange exchange,
      RestTarget target,
      RestRequest<B> request,
      RequestObserver observer,
      @Nullable Expansion expansion,
      long patience) {
    super(observer);
    this.inference = inference;
    this.exchange = exchange;
    this.target = target;
    this.request = request;
    this.home = inference.threads().ownLoop().get();
    this.clientName = exchange.clientName();
    this.body = exchange.takeBody();
    this.expansion = expansion;
    names(target.model());
    begin(body.length());
    this.deadline = inference.deadline(startNanos(), patience);
  }

  void start() {
    exchange.watch(this, deadline);
    if (body.length() <= MAX_BODY_ON_LOOP && expansion == null) {
      run();
      return;
    }
    handOver(this, body::close);
  }

  /** Answers instead of starting. */
  void refuse(ServingException failure) {
    body.close();
    fail(failure);
  }

  private void handOver(Runnable serve, Runnable drop) {
    Handover large = new Handover(serve, drop);
    handover = large;
    try {
      inference.threads().workers().execute(large);
    } catch (RejectedExecutionException stopping) {
      large.drop();
      fail(new ServingException(Code.UNAVAILABLE, "The server is stopping"));
    }
  }

  /** Makes a call of a body; null if it is not to run here, or not any more. */
  @FunctionalInterface
  private interface Decoding {
    @Nullable Call open() throws ServingException;
  }

  @Override
  public void run() {
    Expansion compressed = expansion;
    serve(compressed == null ? this::decode : () -> decodeExpanded(compressed));
  }

  private void serve(Decoding decoding) {
    try {
      Call opened = decoding.open();
      if (opened != null) {
        runNow(opened);
      }
    } catch (ServingException e) {
      fail(e);
    } catch (OutOfMemoryError e) {
      fail(new ServingException(Code.RESOURCE_EXHAUSTED, "Out of memory: " + e.getMessage()));
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "A request over REST failed by a bug", bug);
      fail(internalError());
    }
  }

  private @Nullable Call decode() throws ServingException {
    int length;
    byte[] bytes;
    try (body) {
      length = body.length();
      bytes = copyBody(length);
    }
    if (handover != null) {
      return open(bytes, length, InputBounds.charging(length, 0));
    }
    try {
      return open(bytes, length, ON_LOOP);
    } catch (LargeInputs onTheLoop) {
      byte[] own = Arrays.copyOf(bytes, length);
      handOver(
          () -> serve(() -> open(own, length, InputBounds.charging(length, 0))),
          () -> {}); // the body has been given back
      return null;
    }
  }

  /** What a body expands to counts as long as it is there, like the body itself. */
  private @Nullable Call decodeExpanded(Expansion compressed) throws ServingException {
    try (body) {
      int length = body.length();
      byte[] bytes = compressed.expand(copyBody(length), length, this::takeRoom);
      return open(bytes, bytes.length, InputBounds.charging(bytes.length, 0));
    }
  }

  private void takeRoom(long expanded) throws ServingException {
    if (!body.tryHoldExpanded(expanded)) {
      lacksMemory();
      throw new ServingException(
          Code.UNAVAILABLE,
          "Too many large requests at once: at most "
              + body.limit()
              + " bytes may wait to be decoded, and this body expands to "
              + expanded
              + body.shortage());
    }
  }

  private byte[] copyBody(int length) {
    byte[] bytes = length <= MAX_BODY_ON_LOOP ? SCRATCH.get() : new byte[length];
    body.copyTo(bytes);
    return bytes;
  }

  /** Opens the call and gives it its inputs; null if it is not to run any more. */
  private @Nullable Call open(byte[] bytes, int length, InputBounds bounds)
      throws ServingException {
    B read = request.read(bytes, length);
    Call opened = inference.predictor().open(target.model(), target.version(), this);
    opened(opened);
    boolean runs = false;
    try {
      opened.bound(bounds);
      request.fill(opened, read);
      opened.setDeadline(deadline(read));
      call = opened;
      runs = !isClaimed();
    } finally {
      if (!runs) {
        opened.close();
      }
    }
    return runs ? opened : null;
  }

  /** Returns when the request is out of time: by the server's word or by its own. */
  private long deadline(B read) {
    long own = request.timeoutNanos(read);
    if (own == Long.MAX_VALUE || (deadline != Long.MAX_VALUE && deadline - startNanos() <= own)) {
      return deadline;
    }
    long end = startNanos() + own;
    exchange.execute(() -> exchange.watch(this, end));
    return end;
  }

  private void runNow(Call opened) {
    try {
      opened.run();
    } catch (RuntimeException | Error bug) {
      // The servable may still complete the call, so that only its completion may free anything.
      LOG.log(Level.ERROR, "Servable " + opened.id() + " threw instead of completing", bug);
      opened.abandon();
      fail(internalError());
    }
  }

  @Override
  public @Nullable Executor home() {
    return home;
  }

  @Override
  public String clientName() {
    return clientName;
  }

  @Override
  public long remainingNanos(long now) {
    return deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - now;
  }

  @Override
  public void succeeded(Call finished, Tensor[] outputs) {
    JsonSink sink = null;
    boolean claimed = false;
    try {
      sink = SINK.get();
      sink.clear();
      RestHead head = request.write(sink, finished, outputs);
      claimed = claim();
      if (claimed) {
        answers(sink.length());
        succeeds(finished);
        tellTimes();
        exchange.respond(head.response(), head.own(), sink.array(), sink.length());
        ended();
      }
    } catch (ServingException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      failedToAnswer(finished, claimed, e);
    } finally {
      if (sink != null && sink.array().length > MAX_KEPT_SINK) {
        SINK.remove();
      }
    }
  }

  /** Whatever is wrong with an answer, its client must not wait for another. */
  private void failedToAnswer(Call finished, boolean claimed, Throwable cause) {
    if (claimed) {
      exchange.abort();
      notes(Code.INTERNAL);
      ended();
    } else {
      fail(
          cause instanceof OutOfMemoryError
              ? new ServingException(
                  Code.INTERNAL, "Out of memory for the answer: " + cause.getMessage())
              : internalError());
    }
    LOG.log(Level.ERROR, "A run of " + finished.id() + " failed while it answered", cause);
  }

  private static ServingException internalError() {
    return new ServingException(Code.INTERNAL, "Internal error; the server's log has the reason");
  }

  @Override
  public void failed(Call finished, ServingException failure) {
    fail(failure);
  }

  @Override
  public void onTimeout() {
    Call running = call;
    long now = System.nanoTime();
    if (running != null && running.isKeptByServable(now)) {
      exchange.watch(this, now + LOOK_AGAIN_NANOS);
      return;
    }
    if (claim()) {
      abandon();
      answer(new ServingException(Code.DEADLINE_EXCEEDED, "Timed out waiting for notification"));
    }
  }

  @Override
  public void onDisconnect() {
    if (claim()) {
      fails(Code.CANCELLED, "", true);
      abandon();
      ended();
    }
  }

  private void abandon() {
    Handover large = handover;
    if (large != null) {
      large.drop();
    }
    Call running = call;
    if (running != null) {
      running.abandon();
    }
  }

  private void fail(ServingException failure) {
    if (claim()) {
      answer(failure);
    }
  }

  /** Answers; the claim has been won, so that nobody else will. */
  private void answer(ServingException failure) {
    try {
      because(failure);
      fails(failure.code(), failure.text(), true);
      tellTimes();
      inference.failures().answer(exchange, failure);
    } catch (RuntimeException | Error e) {
      exchange.abort();
      throw e;
    } finally {
      ended();
    }
  }

  /** Says in the answer where the time went, if the client wants to know. */
  private void tellTimes() {
    String asks = exchange.header(ASKS_FOR_TIMES);
    if (asks != null && ServerTiming.isAsked(asks)) {
      exchange.addHeaders("Server-Timing: " + ServerTiming.value(this, System.nanoTime()) + "\r\n");
    }
  }

  @Override
  protected @Nullable String header(String name) {
    return exchange.header(name);
  }

  @Override
  public String client() {
    return exchange.client();
  }
}
