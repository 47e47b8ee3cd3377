package dev.sluice.testing;

import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps how a call ended; one float of the first output stands for the result. */
public final class RecordingAnswer implements Answer {
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger answers = new AtomicInteger();
  private volatile float value;
  private volatile @Nullable ServingException failure;

  @Override
  public void succeeded(Call call, Tensor[] outputs) {
    value = outputs[0].data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
    answers.incrementAndGet();
    done.countDown();
  }

  @Override
  public void failed(Call call, ServingException newFailure) {
    failure = newFailure;
    answers.incrementAndGet();
    done.countDown();
  }

  /** Waits for the end; fails the test if there is none. */
  public RecordingAnswer await() throws InterruptedException {
    if (!done.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no answer within 30 s");
    }
    return this;
  }

  /** Returns the first element of the first output. */
  public float value() {
    return value;
  }

  /** Returns the failure, or null. */
  public @Nullable ServingException failure() {
    return failure;
  }

  /** Returns how often the call was answered. */
  public int answers() {
    return answers.get();
  }
}
