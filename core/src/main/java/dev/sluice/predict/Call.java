package dev.sluice.predict;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One request inside the server: the one object that owns its permit, its lease, its inputs and
 * what they hold of the budget for large requests.
 *
 * <p>A call is first <em>open</em>: the thread that decodes the request owns it, selects a
 * signature and fills inputs. Then it either is {@linkplain #close() closed}, or {@linkplain #run()
 * runs}; from then on the completion owns it, and the completion alone gives everything back.
 * {@link #abandon} may be called by any thread at any time and frees nothing: the engine may still
 * read the inputs.
 */
public final class Call implements RunRequest, Completion {
  /*
   * Two facts, two words. Who may answer the client: `answered` goes 0 -> 1 once, by the completion
   * or by abandon, so a time-out and a result never both reach the client. Who gives resources
   * back: close() before run(), the completion after it; both go through give-back, which `released`
   * guards against a servable that completes twice.
   */
  private static final VarHandle ANSWERED;
  private static final VarHandle RELEASED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ANSWERED = lookup.findVarHandle(Call.class, "answered", int.class);
      RELEASED = lookup.findVarHandle(Call.class, "released", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int[] NO_OUTPUTS = {};
  private static final @Nullable Tensor[] NO_INPUTS = {};

  /** What one message can hold; no request needs more beyond what it brings. */
  private static final long MOST_CHARGED = Integer.MAX_VALUE;

  private final Limiter limiter;
  private final ByteBudget memory;
  private final ServableLease lease;
  private final Answer answer;
  private @Nullable Signature signature;
  private @Nullable Tensor[] inputs = NO_INPUTS;
  private int[] outputs = NO_OUTPUTS;
  private InputBounds bounds = InputBounds.DEFAULT;
  private long inputBytes;
  private long deadlineNanos;
  private boolean hasDeadline;
  private long runUntil;
  private long decodedNanos;
  private long runStart;
  private long runEnd;
  private long batchRows;

  /** Written by the engine's thread; abandon() reads it after `answered` is written. */
  private volatile @Nullable StoppableRun stoppable;

  /** True once {@code runUntil} says how long the run may take. */
  private volatile boolean begun;

  @SuppressWarnings("UnusedVariable") // through ANSWERED
  private volatile int answered;

  @SuppressWarnings("UnusedVariable") // through RELEASED
  private volatile int released;

  Call(Limiter limiter, ByteBudget memory, ServableLease lease, Answer answer) {
    this.limiter = limiter;
    this.memory = memory;
    this.lease = lease;
    this.answer = answer;
  }

  /** Returns the servable that answers. */
  public ServableId id() {
    return lease.id();
  }

  /** Returns the signatures of the servable and its other facts; not to be run directly. */
  public Servable servable() {
    return lease.servable();
  }

  /**
   * Chooses the signature to run, with all of its outputs; an empty key means the default.
   *
   * @return the signature, or null if the servable has none of that key
   */
  public @Nullable Signature select(String key) {
    Signature found =
        lease.servable().signatures().get(key.isEmpty() ? Signature.DEFAULT_KEY : key);
    if (found != null) {
      select(found);
    }
    return found;
  }

  /**
   * Chooses a signature to run, with all of its outputs; before any input is allocated.
   *
   * @param chosen one of the servable's own, or a union of some of them
   */
  public void select(Signature chosen) {
    signature = chosen;
    outputs = chosen.allOutputs();
    inputs = new @Nullable Tensor[chosen.inputs().size()];
  }

  /** Restricts the run to these outputs of the selected signature, by index. */
  public void selectOutputs(int[] indices) {
    outputs = indices.clone();
  }

  /** Sets when the request is no longer worth running, on the scale of System.nanoTime. */
  public void setDeadline(long nanoTime) {
    deadlineNanos = nanoTime;
    hasDeadline = true;
  }

  /** Sets how much memory the inputs may take; before any is allocated. */
  public void bound(InputBounds limits) {
    bounds = limits;
  }

  /**
   * Returns memory for an input of the selected signature, in which the decoder writes the value;
   * it belongs to the call. A second call for the same input replaces the first, but both count.
   *
   * @throws OutOfMemoryError if the memory is not to be had, or beyond the budget
   * @throws LargeInputs if it is beyond what the decoding thread should write
   */
  public Tensor allocateInput(int index, DataType dtype, Shape shape, long byteSize) {
    long total = inputBytes + byteSize;
    if (total > bounds.free()) {
      charge(total);
    }
    inputBytes = total;
    Tensor tensor = lease.servable().allocator().allocate(dtype, shape, byteSize);
    Tensor before = inputs[index];
    inputs[index] = tensor;
    if (before != null) {
      before.close();
    }
    return tensor;
  }

  /** Charges what the inputs will have beyond what is free, less what is charged already. */
  private void charge(long total) {
    if (!bounds.charges()) {
      throw new LargeInputs();
    }
    long charged = charged();
    long needed = total - bounds.free();
    if (needed > MOST_CHARGED || !memory.tryGrow(bounds.held() + charged, needed - charged)) {
      throw new OutOfMemoryError(
          "the inputs have %d bytes, and large requests hold %d of at most %d%s"
              .formatted(total, memory.held(), memory.limit(), memory.shortage()));
    }
  }

  private long charged() {
    return Math.max(0, inputBytes - bounds.free());
  }

  /** Returns true if the request brought a value for an input. */
  public boolean hasInput(int index) {
    return inputs[index] != null;
  }

  /** Runs the selected signature. The call belongs to its completion from here on. */
  public void run() {
    decodedNanos = System.nanoTime();
    lease.servable().run(this, this);
  }

  /** Gives everything back without an answer; for a call that never ran. */
  public void close() {
    release();
  }

  /**
   * Says that nobody waits for the answer any more: the client is gone or its time is up. A run
   * that can be cut short then is.
   *
   * @return true if the answer will not be called any more; false if it already was, or is about to
   */
  public boolean abandon() {
    boolean first = ANSWERED.compareAndSet(this, 0, 1);
    StoppableRun run = stoppable;
    if (first && run != null) {
      run.stopIfCancelled();
    }
    return first;
  }

  @Override
  public void stoppableBy(@Nullable StoppableRun run) {
    stoppable = run;
  }

  @Override
  public Signature signature() {
    Signature selected = signature;
    if (selected == null) {
      throw new IllegalStateException("no signature selected");
    }
    return selected;
  }

  @Override
  public @Nullable Tensor input(int index) {
    Tensor given = inputs[index];
    return given != null ? given : signature().defaultValue(index);
  }

  @Override
  public int[] outputs() {
    return outputs;
  }

  @Override
  public boolean isAbandoned() {
    return answered != 0 || (hasDeadline && System.nanoTime() - deadlineNanos >= 0);
  }

  @Override
  public boolean isCancelled() {
    return answered != 0;
  }

  @Override
  public String clientName() {
    return answer.clientName();
  }

  @Override
  public long remainingNanos(long now) {
    return hasDeadline ? deadlineNanos - now : Long.MAX_VALUE;
  }

  @Override
  public @Nullable Executor home() {
    return answer.home();
  }

  @Override
  public void mayRunUntil(long nanoTime) {
    runUntil = nanoTime;
    begun = true;
  }

  /**
   * Returns true if the answer may still come although the deadline has passed: the servable keeps
   * deadlines itself, and has not begun the run or has given it more time.
   */
  public boolean isKeptByServable(long now) {
    return servable().keepsDeadlines() && (!begun || runUntil - now > 0);
  }

  @Override
  public void ran(long startNanos, long endNanos, long rows) {
    runStart = startNanos;
    runEnd = endNanos;
    batchRows = rows;
  }

  /** Returns the key of the selected signature; empty if none is. */
  public String signatureKey() {
    Signature selected = signature;
    return selected == null ? "" : selected.key();
  }

  /** Returns when the inputs were there, on the scale of System.nanoTime; 0 before. */
  public long decodedNanos() {
    return decodedNanos;
  }

  /** Returns when the engine began; 0 if it did not, or nothing measures it. */
  public long runStartNanos() {
    return runStart;
  }

  /** Returns when the engine had done its work; 0 likewise. */
  public long runEndNanos() {
    return runEnd;
  }

  /** Returns how long the engine took; 0 likewise. */
  public long runNanos() {
    return runEnd - runStart;
  }

  /** Returns how many rows the engine was given, those of other requests too; 0 likewise. */
  public long batchRows() {
    return batchRows;
  }

  @Override
  public void succeeded(Tensor[] results) {
    try {
      if (ANSWERED.compareAndSet(this, 0, 1)) {
        answer.succeeded(this, results);
      }
    } finally {
      for (Tensor result : results) {
        result.close();
      }
      release();
    }
  }

  @Override
  public void failed(ServingException failure) {
    try {
      if (ANSWERED.compareAndSet(this, 0, 1)) {
        answer.failed(this, failure);
      }
    } finally {
      release();
    }
  }

  private void release() {
    if (!RELEASED.compareAndSet(this, 0, 1)) {
      throw new IllegalStateException("a call of " + lease.id() + " ended twice");
    }
    for (Tensor input : inputs) {
      if (input != null) {
        input.close();
      }
    }
    if (inputBytes > bounds.free()) {
      memory.release(charged());
    }
    lease.release();
    limiter.release(answer.clientName());
  }
}
