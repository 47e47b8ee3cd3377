package dev.sluice.api.grpc;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.ByteShare;
import dev.sluice.api.Handover;
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
final class ServedRequest<H, P> implements Answer {
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
   * the call's own compare-and-set: the completion wins it, or abandon() does.
   */
  private static final System.Logger LOG = System.getLogger(ServedRequest.class.getName());

  private final GrpcInference<H, P> service;
  private final GrpcMethod<H, P> method;
  private final Reply<H, P> reply;
  private final @Nullable Deadline deadline;
  private final long start = System.nanoTime();
  private final @Nullable Executor home;
  private volatile @Nullable Handover handover;
  private @Nullable H head;
  private volatile boolean cancelled;
  private volatile @Nullable Call call;

  /**
   * Takes the end of a request: one of the two, once; none if it was cancelled in time. Called by
   * any thread.
   */
  interface Reply<H, P> {
    /** Refuses a model that the client may not ask for. Called by the thread that decodes. */
    void require(String model) throws ServingException;

    /** Sends the response; its tensors are valid until this returns. */
    void answered(P response);

    /**
     * Tells of a failure.
     *
     * @param head what had been read of the request; null if nothing could be
     */
    void failed(Status status, @Nullable H head);
  }

  ServedRequest(GrpcInference<H, P> service, Reply<H, P> reply, @Nullable Deadline deadline) {
    this.service = service;
    this.method = service.method();
    this.reply = reply;
    this.deadline = deadline;
    this.home = service.threads().ownLoop().get();
  }

  /** Takes the request over; called once. */
  void serve(MessageBytes received) {
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
      reply.failed(GrpcStatuses.of(tooManyWait(share.budget())), head);
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
      reply.failed(
          GrpcStatuses.of(new ServingException(Code.UNAVAILABLE, "The server is stopping")), head);
    }
  }

  private static ServingException tooManyWait(ByteBudget waiting) {
    return new ServingException(
        Code.UNAVAILABLE,
        "Too many large requests wait to be decoded: "
            + waiting.held()
            + " bytes of at most "
            + waiting.limit());
  }

  /** On a worker, which may take its time; what a request makes of few bytes is charged. */
  private void expandAndServe(MessageBytes received, ByteShare share) {
    int brought = received.size();
    MessageBytes whole;
    try {
      whole = received.expand(share, () -> cancelled);
    } catch (MessageTooLargeException e) {
      refuse(null, Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage()));
      return;
    } catch (RuntimeException | Error bug) {
      LOG.log(Level.ERROR, "A request failed while it was expanded", bug);
      refuse(null, GrpcStatuses.INTERNAL);
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
    Call opened = call;
    if (opened != null && opened.abandon()) {
      count(opened, cancelCode());
    }
  }

  /** Why nobody waits any more: gRPC cancels a call also when its time is up. */
  private Code cancelCode() {
    return deadline != null && deadline.isExpired() ? Code.DEADLINE_EXCEEDED : Code.CANCELLED;
  }

  private void count(Call ended, Code code) {
    service.failed(ended.id().model(), code.name());
  }

  /** Decodes and runs; nothing is thrown, whatever the request holds. */
  private void serve(MessageBytes received, InputBounds bounds) {
    Call opened = null;
    Status failure = null;
    String model = null;
    boolean elsewhere = false;
    try {
      if (cancelled) {
        return;
      }
      H scanned = method.scan(received);
      head = scanned;
      model = method.model(scanned);
      reply.require(model);
      opened = method.open(scanned, this);
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
      model = null; // the reference's transport refuses it before anything counts
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
      if (refuse(opened, failure) && model != null) {
        service.failed(model, failure.getCode().name());
      }
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

  /** Ends a call that will not run; returns false if a cancel has ended it already. */
  private boolean refuse(@Nullable Call opened, Status failure) {
    boolean answers = !cancelled;
    if (opened != null) {
      answers &= opened.abandon();
      opened.close();
    }
    if (answers) {
      reply.failed(failure, head);
    }
    return answers;
  }

  private void run(Call opened) {
    try {
      opened.run();
    } catch (RuntimeException | Error bug) {
      // The servable may still complete the call, so that only its completion may free anything.
      LOG.log(Level.ERROR, "Servable " + opened.id() + " threw instead of completing", bug);
      if (opened.abandon()) {
        count(opened, Code.INTERNAL);
        reply.failed(GrpcStatuses.INTERNAL, head);
      }
    }
  }

  @Override
  public @Nullable Executor home() {
    return home;
  }

  @Override
  public void succeeded(Call ended, Tensor[] outputs) {
    try {
      P answer = method.answer(ended, Objects.requireNonNull(head), outputs);
      service.succeeded(ended, ended.runEnd() - start);
      reply.answered(answer);
    } catch (ServingException unfit) {
      count(ended, unfit.code());
      reply.failed(GrpcStatuses.of(unfit), head);
    } catch (RuntimeException | Error bug) {
      // Whatever it is, want of memory too: a call without deadline would never end.
      count(ended, Code.INTERNAL);
      LOG.log(Level.ERROR, "A run of " + ended.id() + " failed while it answered", bug);
      failAfter(bug);
    }
  }

  private void failAfter(Throwable bug) {
    try {
      reply.failed(GrpcStatuses.INTERNAL, head);
    } catch (IllegalStateException closed) {
      bug.addSuppressed(closed); // the transport has ended a call whose message it could not send
    }
  }

  @Override
  public void failed(Call ended, ServingException failure) {
    count(ended, failure.code());
    reply.failed(GrpcStatuses.of(failure), head);
  }
}
