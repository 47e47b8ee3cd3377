package dev.sluice.batching.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchTest {
  private final RowServable servable = new RowServable();

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, servable.memory().open(), "tensors not closed");
  }

  private Tensor floats(Shape shape) {
    return TestTensors.floats(servable.memory(), shape, new float[(int) shape.elements()]);
  }

  private Tensor strings(String... values) {
    return TestTensors.strings(servable.memory(), Shape.of(values.length), values);
  }

  private TestTask task(long... dims) {
    return new TestTask(floats(Shape.of(dims)), floats(Shape.of(dims[0])));
  }

  private void run(long rows, boolean pad, TestTask... requests) throws ServingException {
    BatchTask[] tasks = new BatchTask[requests.length];
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = requests[i].task();
    }
    new Batch(servable, List.of(tasks), rows, pad).run();
  }

  private static void assertFailed(Code code, String text, TestTask... requests) {
    for (TestTask request : requests) {
      assertEquals(1, request.completions());
      assertEquals(code + ": " + text, request.failure().codeAndText());
    }
  }

  @Test
  void aTaskAloneIsPassedThrough() throws ServingException {
    TestTask task = task(3, 2);
    int before = servable.memory().open();
    servable.memory().failAfter(3); // the servable's own three outputs
    run(3, true, task);
    assertTrue(task.hasSucceeded());
    assertEquals(2, before);
    assertEquals(task.values(), servable.fed());
  }

  @Test
  void tellsEveryRequestThatItRan() throws ServingException {
    TestTask one = task(1);
    TestTask two = task(2);
    run(4, false, one, two);
    assertEquals(1, one.runs());
    assertEquals(1, two.runs());
    assertEquals(1, servable.runs());
  }

  @Test
  void isAbandonedWhenAllAre() throws ServingException {
    TestTask one = task(1);
    TestTask two = task(1);
    Batch batch = new Batch(servable, List.of(one.task(), two.task()), 2, false);
    one.abandon();
    assertFalse(batch.isAbandoned());
    two.abandon();
    assertTrue(batch.isAbandoned());
    batch.run();
  }

  /** Each of them may be the last to leave, and then has it cut short for all. */
  @Test
  void isCutShortThroughAnyOfItsTasks() throws ServingException {
    TestTask one = task(1);
    TestTask two = task(1);
    Batch batch = new Batch(servable, List.of(one.task(), two.task()), 2, false);
    StoppableRun run = () -> {};
    batch.stoppableBy(run);
    assertEquals(List.of(run, run), List.of(one.stoppable(), two.stoppable()));
    one.abandon();
    assertFalse(batch.isCancelled());
    two.abandon();
    assertTrue(batch.isCancelled());
    batch.run();
  }

  @Test
  void refusesRaggedInputsWithoutPadding() throws ServingException {
    TestTask one = task(1, 2);
    TestTask two = task(1, 3);
    run(2, false, one, two);
    assertFailed(
        Code.FAILED_PRECONDITION,
        "Tensors with name 'a:0' from different tasks have different shapes and padding is turned"
            + " off. Set pad_variable_length_inputs to true, or ensure that all tensors with the"
            + " same name have equal dimensions starting with the first dim.",
        one,
        two);
    assertEquals(0, servable.runs());
  }

  @Test
  void refusesOtherRanksEvenWithPadding() throws ServingException {
    TestTask one = task(1);
    TestTask two = task(1, 3);
    run(2, true, one, two);
    assertFailed(
        Code.FAILED_PRECONDITION,
        "Tensors with name 'a:0' from different tasks have different ranks, found 1 and 2; only"
            + " tensors of one rank can be padded",
        one,
        two);
  }

  @Test
  void refusesToPadEmptyOnes() throws ServingException {
    TestTask one = task(1, 0);
    TestTask two = task(1, 3);
    run(2, true, one, two);
    assertFailed(
        Code.INVALID_ARGUMENT, "Got empty tensor in batch of non-empty tensors.", one, two);
  }

  @Test
  void padsAtMostSixDimensions() throws ServingException {
    TestTask one = task(1, 1, 1, 1, 1, 1, 2);
    TestTask two = task(1, 1, 1, 1, 1, 1, 3);
    run(2, true, one, two);
    assertFailed(
        Code.INVALID_ARGUMENT, "Only tensors with rank from 1 to 6 can be padded.", one, two);
  }

  @Test
  void refusesOtherTypes() throws ServingException {
    TestTask one = new TestTask(strings("s"), floats(Shape.of(1)));
    TestTask two = task(1);
    run(2, true, one, two);
    assertFailed(
        Code.INTERNAL,
        "Tensor concat operation failed: INVALID_ARGUMENT: Cannot concatenate tensors that have"
            + " different data types. Got string and float.",
        one,
        two);
  }

  @Test
  void refusesWhatIsLargerThanMemory() throws ServingException {
    TestTask one = task(1, 1, 1, 1, 1, 1);
    TestTask two = task(1, 1, 1, 1, 1, 1);
    servable.memory().failAfter(1);
    run(2, true, one, two);
    assertFailed(
        Code.RESOURCE_EXHAUSTED, "Out of memory for a batch: as the test wants it", one, two);
  }

  @Test
  void refusesOutputsWithoutRows() throws ServingException {
    servable.become(RowServable.Mode.SCALAR_OUTPUT);
    TestTask one = task(1);
    TestTask two = task(1);
    run(2, false, one, two);
    assertFailed(Code.FAILED_PRECONDITION, "Batched output tensor has 0 dimensions", one, two);
  }

  @Test
  void refusesOutputsOfOtherRows() throws ServingException {
    servable.become(RowServable.Mode.FEWER_ROWS);
    TestTask one = task(1);
    TestTask two = task(1);
    run(2, false, one, two);
    assertFailed(
        Code.FAILED_PRECONDITION,
        "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of"
            + " the input tensors",
        one,
        two);
  }

  @Test
  void aServableThatThrowsFailsEveryTask() throws ServingException {
    servable.become(RowServable.Mode.THROW);
    TestTask one = task(1);
    TestTask two = task(1);
    assertThrows(IllegalStateException.class, () -> run(2, false, one, two));
    assertEquals(Code.INTERNAL, one.failure().code());
    assertEquals(Code.INTERNAL, two.failure().code());
  }

  @Test
  void aServableThatThrowsTooLateSpoilsNothing() throws ServingException {
    servable.become(RowServable.Mode.THROW_AFTER_COMPLETION);
    TestTask one = task(1);
    TestTask two = task(1);
    assertThrows(IllegalStateException.class, () -> run(2, false, one, two));
    assertTrue(one.hasSucceeded());
    assertTrue(two.hasSucceeded());
  }

  @Test
  void aCompletionThatThrowsKeepsNoOtherFromItsEnd() throws ServingException {
    TestTask one = task(1);
    TestTask two = task(1);
    TestTask three = task(1);
    one.throwWhenCompleted();
    two.throwWhenCompleted();
    assertThrows(IllegalStateException.class, () -> run(3, false, one, two, three));
    assertTrue(three.hasSucceeded());
    assertEquals(1, one.completions());
    assertEquals(1, two.completions());
  }

  @Test
  void aTaskWithoutRowsIsNoBatch() throws ServingException {
    TestTask empty = task(0, 2);
    BatchTask task = empty.task();
    assertEquals(0, task.rows());
    assertThrows(
        IllegalArgumentException.class, () -> new Batch(servable, List.of(task), 1, false));
    servable.become(RowServable.Mode.COPY);
    task.runOn(servable);
    assertTrue(empty.hasSucceeded());
  }

  @Test
  void aTaskWithoutAnInputIsLeftToTheEngine() throws ServingException {
    Tensor a = floats(Shape.of(2));
    TestTask partial = new TestTask(RowServable.FIRST, new int[] {0}, a, null);
    assertEquals(0, partial.task().rows());
    partial.failed(ServingException.invalidArgument("closes the input"));
  }

  @Test
  void inputsMustHaveRowsInCommon() {
    refused(
        "Batching Run() input tensors must have at least one dimension",
        new TestTask(floats(Shape.scalar()), floats(Shape.of(1))));
    refused(
        "Batching Run() input tensors must have equal 0th-dimension size",
        new TestTask(floats(Shape.of(2)), floats(Shape.of(1))));
  }

  private static void refused(String text, TestTask request) {
    ServingException refused = assertThrows(ServingException.class, request::task);
    assertEquals("INVALID_ARGUMENT: " + text, refused.codeAndText());
    assertEquals(0, request.completions());
    request.failed(refused);
  }
}
