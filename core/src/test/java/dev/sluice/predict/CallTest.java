package dev.sluice.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.ServableLookup;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.EchoServable;
import dev.sluice.testing.RecordingAnswer;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallTest {
  private static final int MIB = 1 << 20;

  private final EchoServable servable = new EchoServable(DataType.FLOAT);
  private final ServableLease lease = new ServableLease(new ServableId("m", 3), servable);
  private final Limiter limiter = new Limiter(2);
  private final RecordingAnswer answer = new RecordingAnswer();
  private final ByteBudget budget = new ByteBudget(8 * MIB);
  private final Predictor predictor = new Predictor(new OneServable(lease), limiter, budget);

  @Test
  void completionAnswersAndGivesEverythingBack() throws Exception {
    Call call = open();
    fill(call, 4.5f);
    call.run();

    assertEquals(4.5f, answer.await().value());
    assertNothingHeld();
  }

  @Test
  void closeWithoutRunGivesEverythingBackUnanswered() throws Exception {
    Call call = open();
    fill(call, 1f);
    call.close();

    assertEquals(0, answer.answers());
    assertNothingHeld();
  }

  @Test
  void anOverloadedServableRefusesBeforeAnythingIsDecoded() {
    servable.overload(new ServingException(Code.UNAVAILABLE, "busy"));
    ServingException refusal = assertThrows(ServingException.class, this::open);
    assertEquals("busy", refusal.text());
    assertNothingHeld();
  }

  @Test
  void failureIsAnsweredOnce() throws Exception {
    Call call = open();
    call.run(); // no input

    assertEquals(Code.INVALID_ARGUMENT, assertNotNull2(answer.failure()).code());
    assertNothingHeld();
  }

  @Test
  void abandonedCallIsNotAnsweredButGivesEverythingBack() throws Exception {
    Call call = open();
    fill(call, 1f);
    assertTrue(call.abandon());
    assertTrue(call.isAbandoned());
    call.run();

    assertEquals(0, answer.answers());
    assertNothingHeld();
  }

  @Test
  void whoAbandonsACallHasItsRunCutShortOnce() throws Exception {
    Call call = open();
    AtomicInteger stops = new AtomicInteger();
    call.stoppableBy(stops::incrementAndGet);
    assertTrue(call.abandon());
    assertFalse(call.abandon());
    assertEquals(1, stops.get());
    call.close();

    Call ended = open();
    ended.stoppableBy(stops::incrementAndGet);
    ended.stoppableBy(null);
    assertTrue(ended.abandon());
    assertEquals(1, stops.get());
    ended.close();
  }

  @Test
  void abandonAfterTheAnswerSaysThatItCameTooLate() throws Exception {
    Call call = open();
    fill(call, 1f);
    call.run();

    assertFalse(call.abandon());
  }

  @Test
  void passedDeadlineMeansAbandoned() throws Exception {
    Call call = open();
    call.setDeadline(System.nanoTime() - 1);

    assertTrue(call.isAbandoned());
    call.close();
  }

  @Test
  void secondValueForAnInputReplacesTheFirst() throws Exception {
    Call call = open();
    fill(call, 1f);
    fill(call, 2f);
    call.run();

    assertEquals(2f, answer.value());
    assertNothingHeld();
  }

  @Test
  void endingTwiceIsABug() throws Exception {
    Call call = open();
    call.close();

    assertThrows(IllegalStateException.class, call::close);
  }

  @Test
  void unknownSignatureIsNull() throws Exception {
    Call call = predictor.open("m", VersionChoice.LATEST, answer);

    assertNull(call.select("nope"));
    call.close();
    assertNothingHeld();
  }

  @Test
  void refusalsNameModelAndVersionAndHoldNothing() {
    assertRefused(Code.NOT_FOUND, "Latest(other)", "other", VersionChoice.LATEST);
    assertRefused(Code.NOT_FOUND, "Specific(m, 7)", "m", new VersionChoice.Specific(7));
    assertRefused(Code.NOT_FOUND, "Specific(m, 9)", "m", new VersionChoice.Labelled("gone"));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "Unrecognized servable version label: x",
        "m",
        new VersionChoice.Labelled("x"));
    assertRefused(Code.INVALID_ARGUMENT, "no name", "", VersionChoice.LATEST);
    assertNothingHeld();
  }

  @Test
  void limitRefusesAndRecovers() throws Exception {
    Call first = open();
    Call second = open();
    assertRefused(Code.RESOURCE_EXHAUSTED, "2 at once", "m", VersionChoice.LATEST);
    first.close();
    open().close();
    second.close();
    assertNothingHeld();
  }

  @Test
  void inputsBeyondWhatWasBroughtAreChargedUntilTheCallEnds() throws Exception {
    Call call = open();
    call.bound(InputBounds.charging(2 * MIB, 0));
    allocate(call, 2 * MIB);
    assertEquals(0, budget.held());
    allocate(call, 3 * MIB);
    assertEquals(3 * MIB, budget.held());
    allocate(call, MIB);
    assertEquals(4 * MIB, budget.held());
    call.run();
    assertNothingHeld();
  }

  @Test
  void inputsBeyondTheBudgetAreRefusedWithSizes() throws Exception {
    assertTrue(budget.tryTake(MIB));
    Call call = open();
    call.bound(InputBounds.charging(0, 0));
    OutOfMemoryError refused = assertThrows(OutOfMemoryError.class, () -> allocate(call, 9 * MIB));
    assertEquals(
        "the inputs have 9437184 bytes, and large requests hold 1048576 of at most 8388608",
        refused.getMessage());
    assertEquals(0, servable.openTensors());
    call.close();
    budget.release(MIB);
    assertNothingHeld();
  }

  @Test
  void aloneInputsMayBeLargerThanTheBudgetButNotWithoutEnd() throws Exception {
    assertTrue(budget.tryTake(33));
    Call call = open();
    call.bound(InputBounds.charging(33, 33));
    allocate(call, 10 * MIB);
    assertThrows(OutOfMemoryError.class, () -> allocate(call, Integer.MAX_VALUE));
    call.close();
    budget.release(33);
    assertNothingHeld();
  }

  @Test
  void inputsTooLargeForTheThreadAreNeitherAllocatedNorCharged() throws Exception {
    Call call = open();
    call.bound(InputBounds.inline(100));
    allocate(call, 60);
    assertThrows(LargeInputs.class, () -> allocate(call, 41));
    assertEquals(1, servable.openTensors());
    call.close();
    assertNothingHeld();
  }

  private static void allocate(Call call, int bytes) {
    assertEquals(
        bytes, call.allocateInput(0, DataType.UINT8, Shape.of(bytes), bytes).data().byteSize());
  }

  private void assertRefused(Code code, String text, String model, VersionChoice choice) {
    ServingException refusal =
        assertThrows(ServingException.class, () -> predictor.open(model, choice, answer));
    assertEquals(code, refusal.code());
    assertTrue(refusal.text().contains(text), refusal.text());
  }

  private Call open() throws ServingException {
    Call call = predictor.open("m", VersionChoice.LATEST, answer);
    assertNotNull(call.select(""));
    return call;
  }

  private static void fill(Call call, float value) {
    Tensor tensor = call.allocateInput(0, DataType.FLOAT, Shape.of(1), 4);
    tensor.data().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
  }

  private static <T> T assertNotNull2(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("expected a value");
    }
    return value;
  }

  private void assertNothingHeld() {
    assertEquals(0, servable.openTensors());
    assertEquals(0, lease.lent());
    assertEquals(0, limiter.inFlight());
    assertEquals(0, budget.held());
  }

  /** One version of one model, and a label that points to a version that is gone. */
  private record OneServable(ServableLease lease) implements ServableLookup {
    @Override
    public @Nullable ServableLease acquireLatest(String model) {
      return acquire(model, lease.id().version());
    }

    @Override
    public @Nullable ServableLease acquire(String model, long version) {
      boolean mine = lease.id().equals(new ServableId(model, version));
      return mine && lease.tryAcquire() ? lease : null;
    }

    @Override
    public OptionalLong labelled(String model, String label) {
      return label.equals("gone") ? OptionalLong.of(9) : OptionalLong.empty();
    }
  }
}
