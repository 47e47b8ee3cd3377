package dev.sluice.api;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.Refusal;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.predict.Call;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One inference request of whatever protocol, as its observer sees it: what becomes known of it
 * until its end.
 *
 * <p>Threads that may end a request {@linkplain #claim() claim} that first; the one that wins
 * counts it, answers, and says that it {@linkplain #ended has ended}. A time-out or a cancel may
 * win while another thread decodes: it then sees of the request what that thread has written so
 * far, or a little less.
 */
public abstract class ObservedRequest implements RequestRecord {
  private static final VarHandle CLAIMED;

  static {
    try {
      CLAIMED =
          MethodHandles.lookup().findVarHandle(ObservedRequest.class, "claimed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final RequestObserver observer;
  private String model = "";
  private Code code = Code.OK;
  private String problem = "";
  private @Nullable Refusal reason;
  private @Nullable Call opened;
  private @Nullable TraceContext trace;
  private long startNanos;
  private long endNanos;
  private int requestBytes;
  private int answerBytes;
  private volatile boolean claimed;

  /** Creates a request that has not begun. */
  protected ObservedRequest(RequestObserver observer) {
    this.observer = observer;
  }

  /** Returns a header of the trace context that came with the request, or null. */
  protected abstract @Nullable String header(String name);

  /** The request's bytes are there, so many of them; before anything else. */
  protected final void begin(int bytes) {
    startNanos = System.nanoTime();
    requestBytes = bytes;
    if (observer.listens()) {
      String caller = header("traceparent");
      trace = observer.begins(caller, caller == null ? null : header("tracestate"));
    }
  }

  /** It is known which model the client names. */
  protected final void names(String named) {
    model = named;
  }

  /** A servable was found, which will decide more of what there is to tell. */
  protected final void opened(Call call) {
    opened = call;
  }

  /** Returns true for the one who may end the request, whoever asks first. */
  protected final boolean claim() {
    return CLAIMED.compareAndSet(this, false, true);
  }

  /** Returns true if somebody ends the request, or has. */
  protected final boolean isClaimed() {
    return claimed;
  }

  /** Counts a request that is going to be answered; it is claimed, and its inputs still there. */
  protected final void succeeds(Call call) {
    observer.succeeded(this, call.servable().metrics(), call.rows());
  }

  /**
   * Counts a request that is going to fail; it is claimed.
   *
   * @param text what the client is told, if anything
   * @param asReference false if the reference would not have come to count it
   */
  protected final void fails(Code how, String text, boolean asReference) {
    code = how;
    problem = text;
    Call call = opened;
    VersionMetrics version = call == null ? null : call.servable().metrics();
    observer.failed(this, version, reason, asReference);
  }

  /** Notes that a request fails because there is no room for what it brings. */
  protected final void lacksMemory() {
    reason = Refusal.MEMORY;
  }

  /** Notes why a request fails, if that says how it is to be counted. */
  protected final void because(ServingException failure) {
    if (reason == null) {
      reason = failure.refusal();
    }
  }

  /** Notes that a request failed that was counted already. */
  protected final void notes(Code how) {
    code = how;
  }

  /** Returns true if the size of answers is worth being found out. */
  protected final boolean isObserved() {
    return observer.listens();
  }

  /** Notes the size of the answer. */
  protected final void answers(int bytes) {
    answerBytes = bytes;
  }

  /** The answer was handed over, or there is none; by who has claimed the request, once. */
  protected final void ended() {
    if (observer.listens()) {
      endNanos = System.nanoTime();
      observer.ended(this);
    }
  }

  @Override
  public final Entrypoint entrypoint() {
    return observer.entrypoint();
  }

  @Override
  public final Api api() {
    return observer.api();
  }

  @Override
  public final String model() {
    return model;
  }

  @Override
  public final long version() {
    Call call = opened;
    return call == null ? NO_VERSION : call.id().version();
  }

  @Override
  public final String signature() {
    Call call = opened;
    return call == null ? "" : call.signatureKey();
  }

  @Override
  public final Code code() {
    return code;
  }

  @Override
  public final String problem() {
    return problem;
  }

  @Override
  public final long startNanos() {
    return startNanos;
  }

  @Override
  public final long decodedNanos() {
    Call call = opened;
    return call == null ? 0 : call.decodedNanos();
  }

  @Override
  public final long runStartNanos() {
    Call call = opened;
    return call == null ? 0 : call.runStartNanos();
  }

  @Override
  public final long runEndNanos() {
    Call call = opened;
    return call == null ? 0 : call.runEndNanos();
  }

  @Override
  public final long endNanos() {
    return endNanos;
  }

  @Override
  public final long batchRows() {
    Call call = opened;
    return call == null ? 0 : call.batchRows();
  }

  @Override
  public final long requestBytes() {
    return requestBytes;
  }

  @Override
  public final long answerBytes() {
    return answerBytes;
  }

  @Override
  public final @Nullable TraceContext trace() {
    return trace;
  }
}
