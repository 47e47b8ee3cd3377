package dev.sluice.warmup;

import dev.sluice.admission.Limiter;
import dev.sluice.api.tfs.PredictRequests;
import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.ServableLookup;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests on one servable that nobody else knows yet, decoded as clients' requests are.
 *
 * <p>Used by one thread, one request at a time.
 */
final class Replay implements ServableLookup {
  private final ServableLease lease;

  /** Without a bound: a run has its answer shortly before it gives back its permit. */
  private final Predictor predictor = new Predictor(this, new Limiter(Integer.MAX_VALUE));

  Replay(ServableId id, Servable servable) {
    this.lease = new ServableLease(id, servable);
  }

  Map<String, Signature> signatures() {
    return lease.servable().signatures();
  }

  /** Returns the name of the model that is run. */
  String model() {
    return lease.id().model();
  }

  /**
   * Runs a request and waits for its end; the model that it names is not looked at.
   *
   * @return how many nanoseconds the engine took
   */
  long run(PredictRequest request) throws ServingException, MalformedMessageException {
    PredictRequestHead head =
        PredictRequestHead.scan(MessageBytes.of(request.toByteString().asReadOnlyByteBuffer()));
    End end = new End();
    Call call = predictor.open("warm-up", VersionChoice.LATEST, end);
    boolean filled = false;
    try {
      PredictRequests.fill(call, head, false);
      filled = true;
    } finally {
      if (!filled) {
        call.close();
      }
    }
    call.run();
    return end.await();
  }

  @Override
  public @Nullable ServableLease acquireLatest(String model) {
    return lease.tryAcquire() ? lease : null;
  }

  @Override
  public @Nullable ServableLease acquire(String model, long version) {
    return acquireLatest(model);
  }

  @Override
  public OptionalLong labelled(String model, String label) {
    return OptionalLong.empty();
  }

  /** How a run ended: with the time that it took, or why it failed. */
  private static final class End implements Answer {
    private final CompletableFuture<Long> nanos = new CompletableFuture<>();

    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      nanos.complete(call.runNanos());
    }

    @Override
    public void failed(Call call, ServingException reason) {
      nanos.completeExceptionally(reason);
    }

    long await() throws ServingException {
      try {
        return nanos.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ServingException(Code.CANCELLED, "Interrupted during warm-up");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ServingException reason) {
          throw reason;
        }
        throw new IllegalStateException("a run ended with something else than an answer", e);
      }
    }
  }
}
