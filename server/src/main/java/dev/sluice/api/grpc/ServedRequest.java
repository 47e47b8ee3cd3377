package dev.sluice.api.grpc;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.ByteShare;
import dev.sluice.api.Handover;
import dev.sluice.api.ObservedRequest;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.api.wire.MessageTooLargeException;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.InputBounds;
import dev.sluice.predict.LargeInputs;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import io.grpc.Deadline;
import io.grpc.Status;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request between its transport and its model, whatever the method.
 *
 * <p>Made and {@linkplain #serve served} on the event loop; {@linkplain #cancel cancelled} there,
 * or by whoever finds that its stream cannot be written to. The request is decoded there, or on a
 * worker if it is large; the {@link Answer} comes on whatever thread ends the run.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response
 */
final class ServedRequest<H, P> extends ObservedRequest implements Answer {
  /*
   * Who owns what, when:
   *
   *   served, large        `handover` holds the buffers                 a cancel, or else the worker
   *                        (also after serve() has found that the event loop should not do it)
   *   served               serve() holds buffers, then also `call`      the decoding thread frees both
   *   running              the completion owns the call                 the completion frees it
   *
   * A cancel therefore frees only what the first line says; later it only marks: `cancelled` is
   * written before `call` is read here, and `call` written before `cancelled` is read by the decoder,
   * so one of the two sees the other. Who talks to the client after the call exists is decided by
   * the call's own compare-and-set: the completion wins it, or abandon() does. Who wins that, or
   * ends a request without a call, claims the request, and tells of its end.
   */
  private static final System.Logger LOG = System.getLogger(ServedRequest.class.getName());

  private final GrpcInference<H, P> service;
  private final GrpcMethod<H, P> method;
  private final Reply<H, P> reply;
  private final @Nullable Deadline deadline;
  private final @Nullable Executor home;
  private volatile @Nullable Handover handover;
  private @Nullable H head;
  private volatile boolean begun;

  /** By who has claimed the request only. */
  private boolean isCounted;

  private volatile boolean cancelled;
  private volatile @Nullable Call call;

  ServedRequest(GrpcInference<H, P> service, Reply<H, P> reply, @Nullable Deadline deadline) {
    super(service.observer());
    this.service = service;
    this.method = service.method();
    this.reply = reply;
    this.deadline = deadline;
    this.home = service.threads().ownLoop().get();
  }

  /** Takes the request over; called once. */
  void serve(MessageBytes received) {
    begin(received.size());
    begun = true;
    if (service.isLarge(received)) {
      serveOnWorker(received);
    } else {
      serve(received, service.inline());
    }
  }

  private void serveOnWorker(MessageBytes received) {
    ByteShare share = new ByteShare(service.threads().waiting());
    if (!share.tryGrow(received.size())) {
      received.close();
      lacksMemory();
      refuse(GrpcStatuses.of(tooManyWait(share.budget())));
      return;
    }
    Handover large =
        new Handover(
            () -> {
              try (share) {
                expandAndServe(received, share);
              }
            },
            () -> {
              try (share) {
                received.close();
              }
            });
    handover = large;
    try {
      service.threads().workers().execute(large);
    } catch (RejectedExecutionException stopping) {
      large.drop();
      refuse(GrpcStatuses.of(new ServingException(Code.UNAVAILABLE, "The server is stopping")));
    }
  }

  private static ServingException tooManyWait(ByteBudget waiting) {
    return new ServingException(
        Code.UNAVAILABLE,
        "Too many large requests wait to be decoded: "
            + waiting.held()
            + " bytes of at most "
            + waiting.limit()
            + waiting.shortage());
  }

  /** On a worker, which may take its time; what a request makes of few bytes is charged. */
  private void expandAndServe(MessageBytes received, ByteShare share) {
    int brought = received.size();
    MessageBytes whole;
    try {
      whole = received.expand(share, () -> cancelled);
    } catch (MessageTooLargeException e) {
      refuse(Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage()));
      return;
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "A request failed while it was expanded", bug);
      refuse(GrpcStatuses.INTERNAL);
      return;
    }
    serve(whole, InputBounds.charging(brought, share.held()));
  }

  /** Says that nobody waits for the answer any more. */
  void cancel() {
    cancelled = true;
    Handover large = handover;
    if (large != null) {
      large.drop();
    }
    Call running = call;
    if (running == null) {
      endCancelled(false);
    } else if (running.abandon()) {
      endCancelled(true);
    }
  }

  /** Tells of the end of a request that gets no answer. One that has not begun does not end. */
  private void endCancelled(boolean counts) {
    if (begun && claim()) {
      fails(cancelCode(), "", counts);
      ended();
    }
  }

  /** Why nobody waits any more: gRPC cancels a call also when its time is up. */
  private Code cancelCode() {
    return deadline != null && deadline.isExpired() ? Code.DEADLINE_EXCEEDED : Code.CANCELLED;
  }

  /** Decodes and runs; nothing is thrown, whatever the request holds. */
  private void serve(MessageBytes received, InputBounds bounds) {
    Call opened = null;
    Status failure = null;
    boolean counts = false;
    boolean elsewhere = false;
    try {
      if (cancelled) {
        endCancelled(false);
        return;
      }
      H scanned = method.scan(received);
      head = scanned;
      names(method.model(scanned));
      counts = true;
      reply.require(model());
      opened = method.open(scanned, this);
      opened(opened);
      opened.bound(bounds);
      if (deadline != null) {
        opened.setDeadline(System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS));
      }
      call = opened;
      method.fill(opened, scanned);
      failure = cancelled || opened.isAbandoned() ? expired() : null;
    } catch (LargeInputs onTheLoop) {
      elsewhere = true;
    } catch (MalformedMessageException e) {
      failure = GrpcStatuses.INTERNAL;
      counts = false; // the reference's transport refuses it before anything counts
    } catch (ServingException e) {
      failure = GrpcStatuses.of(e);
    } catch (RuntimeException | Error bug) {
      // The root of this call's work: a bug must cost one request, and none of its memory.
      LOG.log(Level.ERROR, "A request failed while it was decoded", bug);
      failure = GrpcStatuses.INTERNAL;
    } finally {
      if (!elsewhere) {
        received.close();
      }
    }
    if (elsewhere) {
      beginAgain(opened, received);
    } else if (failure != null) {
      refuse(opened, failure, counts);
    } else if (opened != null) {
      run(opened);
    }
  }

  /** Leaves the event loop with a request whose few bytes stand for many. */
  private void beginAgain(@Nullable Call opened, MessageBytes received) {
    call = null;
    if (opened != null) {
      opened.close();
    }
    serveOnWorker(received);
  }

  private static Status expired() {
    return GrpcStatuses.of(
        new ServingException(Code.DEADLINE_EXCEEDED, "The deadline passed before the run"));
  }

  /** Ends a call that will not run, unless a cancel has ended it already. */
  private void refuse(@Nullable Call opened, Status failure, boolean counts) {
    boolean answers = !cancelled;
    if (opened != null) {
      answers &= opened.abandon();
      opened.close();
    }
    if (answers) {
      fail(failure, counts);
    } else {
      endCancelled(counts);
    }
  }

  private void refuse(Status failure) {
    refuse(null, failure, false);
  }

  /**
   * Counts, tells the client, and tells of the end; does nothing for whom the request has ended.
   */
  private void fail(Status failure, boolean counts) {
    if (!claim()) {
      return;
    }
    if (failure.getCause() instanceof ServingException told) {
      because(told);
    }
    fails(GrpcStatuses.code(failure), GrpcStatuses.text(failure), counts);
    try {
      reply.failed(failure, head);
    } finally {
      ended();
    }
  }

  private void run(Call opened) {
    try {
      opened.run();
    } catch (RuntimeException | Error bug) {
      // The servable may still complete the call, so that only its completion may free anything.
      LOG.log(Level.ERROR, "Servable " + opened.id() + " threw instead of completing", bug);
      if (opened.abandon()) {
        fail(GrpcStatuses.INTERNAL, true);
      }
    }
  }

  @Override
  public @Nullable Executor home() {
    return home;
  }

  @Override
  public String clientName() {
    return reply.clientName();
  }

  @Override
  public long remainingNanos(long now) {
    return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }

  @Override
  public void succeeded(Call finished, Tensor[] outputs) {
    boolean claimed = false;
    try {
      P answer = method.answer(finished, Objects.requireNonNull(head), outputs);
      claimed = claim();
      if (claimed) {
        answer(finished, answer);
        ended();
      }
    } catch (ServingException unfit) {
      fail(GrpcStatuses.of(unfit), true);
    } catch (RuntimeException | Error bug) {
      // Whatever it is, want of memory too: a call without deadline would never end.
      LOG.log(Level.ERROR, "A run of " + finished.id() + " failed while it answered", bug);
      failAfter(bug, claimed);
    }
  }

  private void answer(Call finished, P response) {
    if (isObserved()) {
      answers(method.size(response));
    }
    succeeds(finished);
    isCounted = true;
    reply.answered(response);
  }

  /**
   * Ends a request by a bug.
   *
   * @param claimed whether it was on its way to being answered
   */
  private void failAfter(Throwable bug, boolean claimed) {
    if (!claimed && !claim()) {
      return;
    }
    if (isCounted) {
      notes(Code.INTERNAL);
    } else {
      fails(Code.INTERNAL, "", true);
    }
    try {
      reply.failed(GrpcStatuses.INTERNAL, head);
    } catch (IllegalStateException closed) {
      bug.addSuppressed(closed); // the transport has ended a call whose message it could not send
    }
    ended();
  }

  @Override
  public void failed(Call finished, ServingException failure) {
    fail(GrpcStatuses.of(failure), true);
  }

  @Override
  protected @Nullable String header(String name) {
    return reply.header(name);
  }

  @Override
  public String client() {
    return reply.client();
  }
}
