package dev.sluice.batching.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.Batch;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.batching.merge.RowServable;
import dev.sluice.batching.merge.SplitTask;
import dev.sluice.batching.merge.TestTask;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SplitTaskTest {
  private final RowServable servable = new RowServable();

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, servable.memory().open());
  }

  private TestTask request(int rows) {
    float[] numbers = new float[2 * rows];
    IntStream.range(0, numbers.length).forEach(i -> numbers[i] = i);
    String[] texts =
        IntStream.range(0, rows).mapToObj(i -> "text".repeat(i % 3) + i).toArray(String[]::new);
    return new TestTask(
        TestTensors.floats(servable.memory(), Shape.of(rows, 2), numbers),
        TestTensors.strings(servable.memory(), Shape.of(rows), texts));
  }

  private List<BatchTask> cut(TestTask request, long first, long size) throws ServingException {
    return SplitTask.cut(request.task(), first, size, servable.allocator());
  }

  private void run(List<BatchTask> tasks, long padding) {
    long rows = tasks.stream().mapToLong(BatchTask::rows).sum();
    new Batch(servable, tasks, rows + padding, true).run();
  }

  @Test
  void cutsAsItIsTold() throws ServingException {
    TestTask request = request(10);
    List<BatchTask> pieces = cut(request, 3, 4);
    assertEquals(List.of(3L, 4L, 3L), QueueHarness.rows(pieces));
    QueueHarness.end(pieces);
    TestTask other = request(8);
    pieces = cut(other, 0, 4);
    assertEquals(List.of(4L, 4L), QueueHarness.rows(pieces));
    QueueHarness.end(pieces);
  }

  @Test
  void outputsAreJoinedInOrderWhicheverPieceEndsLast() throws ServingException {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      TestTask request = request(1 + random.nextInt(12));
      List<BatchTask> pieces = new ArrayList<>(cut(request, random.nextInt(4), 3));
      Collections.shuffle(pieces, random);
      for (BatchTask piece : pieces) {
        assertFalse(request.hasSucceeded());
        run(List.of(piece), random.nextInt(3));
      }
      assertTrue(request.hasSucceeded());
      assertEquals(request.values().get(0), request.result("a_out:0"));
      assertEquals(request.values().get(1), request.result("b_out:0"));
      assertEquals(1, request.runs());
    }
  }

  @Test
  void piecesShareBatchesWithOthers() throws ServingException {
    TestTask before = request(2);
    TestTask split = request(7);
    TestTask after = request(1);
    List<BatchTask> pieces = cut(split, 2, 4);
    run(List.of(before.task(), pieces.get(0)), 0);
    run(List.of(pieces.get(1)), 0);
    run(List.of(pieces.get(2), after.task()), 2);
    for (TestTask request : List.of(before, split, after)) {
      assertEquals(request.values().get(0), request.result("a_out:0"));
      assertEquals(request.values().get(1), request.result("b_out:0"));
    }
  }

  @Test
  void aFailedPieceFailsTheTask() throws ServingException {
    TestTask request = request(8);
    List<BatchTask> pieces = cut(request, 0, 4);
    run(List.of(pieces.get(0)), 0);
    servable.become(RowServable.Mode.FAIL);
    run(List.of(pieces.get(1)), 0);
    assertEquals(Code.DATA_LOSS, request.failure().code());
    assertEquals(1, request.completions());
  }

  @Test
  void joiningNeedsMemory() throws ServingException {
    TestTask request = request(4);
    List<BatchTask> pieces = cut(request, 0, 4);
    // Two merged inputs, three outputs, a copy of the strings for the piece; then two of three.
    servable.memory().failAfter(8);
    run(List.of(pieces.get(0)), 1);
    assertEquals(Code.RESOURCE_EXHAUSTED, request.failure().code());
  }

  @Test
  void outputsThatDoNotFitTogetherFailTheTask() throws ServingException {
    TestTask wide =
        new TestTask(
            TestTensors.floats(servable.memory(), Shape.of(1, 3), 1, 2, 3),
            TestTensors.strings(servable.memory(), Shape.of(1), "x"));
    TestTask request = request(4);
    List<BatchTask> pieces = cut(request, 2, 2);
    run(List.of(pieces.get(0), wide.task()), 0);
    run(List.of(pieces.get(1)), 0);
    assertEquals(Code.FAILED_PRECONDITION, request.failure().code());
  }

  @Test
  void aBugOfTheServableFailsTheTask() throws ServingException {
    TestTask request = request(4);
    List<BatchTask> pieces = cut(request, 2, 2);
    servable.become(RowServable.Mode.THROW);
    assertThrows(IllegalStateException.class, () -> run(List.of(pieces.get(0)), 0));
    servable.become(RowServable.Mode.COPY);
    run(List.of(pieces.get(1)), 0);
    assertEquals(Code.INTERNAL, request.failure().code());
  }
}
