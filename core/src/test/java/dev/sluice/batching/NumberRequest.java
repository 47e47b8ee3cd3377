package dev.sluice.batching;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A request of a {@link NumberModel} that keeps how it ended; may end on any thread. */
final class NumberRequest implements RunRequest, Completion {
  private static final long PATIENCE_SECONDS = 60;

  private final Signature signature;
  private final Tensor input;
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger completions = new AtomicInteger();
  private @Nullable Executor home;
  private String client = "";
  private long deadline = Long.MAX_VALUE;
  private volatile boolean abandoned;
  private volatile Code code = Code.UNKNOWN;
  private volatile String text = "";
  private volatile float[] answer = {};
  private volatile Thread endedOn = Thread.currentThread();

  /** Creates a request with these values, in rows of two. */
  NumberRequest(NumberModel model, float... values) {
    this(model, Shape.of(values.length / 2, 2), values);
  }

  NumberRequest(NumberModel model, Shape shape, float... values) {
    this.signature = model.signatures().values().iterator().next();
    this.input = model.memory().allocate(DataType.FLOAT, shape, 4L * values.length);
    for (int i = 0; i < values.length; i++) {
      input.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
    }
  }

  /** Says where the answer is to be given. */
  NumberRequest at(Executor eventLoop) {
    home = eventLoop;
    return this;
  }

  /** Says which client asks. */
  NumberRequest of(String name) {
    client = name;
    return this;
  }

  /** Says until when the answer is wanted. */
  NumberRequest until(long nanoTime) {
    deadline = nanoTime;
    return this;
  }

  void abandon() {
    abandoned = true;
  }

  /** Waits for the end. */
  NumberRequest await() {
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("no end of a request");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  Code code() {
    return code;
  }

  String text() {
    return text;
  }

  float[] answer() {
    return answer;
  }

  Thread endedOn() {
    return endedOn;
  }

  int completions() {
    return completions.get();
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public Tensor input(int index) {
    return input;
  }

  @Override
  public int[] outputs() {
    return signature.allOutputs();
  }

  @Override
  public boolean isAbandoned() {
    return abandoned;
  }

  @Override
  public String clientName() {
    return client;
  }

  @Override
  public long remainingNanos(long now) {
    return deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - now;
  }

  @Override
  public @Nullable Executor home() {
    return home;
  }

  @Override
  public void succeeded(Tensor[] outputs) {
    answer = outputs[0].data().toArray(ValueLayout.JAVA_FLOAT);
    outputs[0].close();
    end(Code.OK, "");
  }

  @Override
  public void failed(ServingException failure) {
    end(failure.code(), failure.text());
  }

  private void end(Code how, String why) {
    input.close();
    endedOn = Thread.currentThread();
    text = why;
    code = how;
    completions.incrementAndGet();
    done.countDown();
  }
}
