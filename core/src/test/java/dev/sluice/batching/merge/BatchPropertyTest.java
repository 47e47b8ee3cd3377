package dev.sluice.batching.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random batches against {@link PlainTensor}'s idea of them. */
final class BatchPropertyTest {
  private static final int BATCHES = 3000;
  private static final DataType[] TYPES = {
    DataType.FLOAT, DataType.INT64, DataType.UINT8, DataType.STRING, DataType.COMPLEX128
  };

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RowServable servable = new RowServable();

  @Test
  void batchesGiveWhatTheirTasksWouldGiveAlone() throws ServingException {
    for (int i = 0; i < BATCHES; i++) {
      String batch = "seed " + seed + ", batch " + i;
      List<TestTask> tasks = tasks(random.nextInt(2) == 0);
      long rows = rows(tasks) + (random.nextInt(3) == 0 ? random.nextInt(5) : 0);
      batch(tasks, rows).run();
      tasks.forEach(task -> assertTrue(task.hasSucceeded(), batch));
      check(batch, tasks, rows);
      assertEquals(0, servable.memory().open(), batch);
    }
  }

  @Test
  void whateverFailsEveryTaskEndsOnceAndNothingIsLeft() throws ServingException {
    RowServable.Mode[] modes = RowServable.Mode.values();
    for (int i = 0; i < BATCHES; i++) {
      String batch = "seed " + seed + ", batch " + i;
      List<TestTask> tasks = tasks(random.nextInt(2) == 0);
      long rows = rows(tasks) + random.nextInt(3);
      servable.become(modes[random.nextInt(modes.length)]);
      servable.memory().failAfter(random.nextInt(12));
      if (random.nextInt(4) == 0) {
        tasks.get(random.nextInt(tasks.size())).throwWhenCompleted();
      }
      Batch made = batch(tasks, rows);
      try {
        made.run();
      } catch (IllegalStateException | OutOfMemoryError asWanted) {
        // A bug of the servable or of a completion goes to the root of the thread.
      }
      for (TestTask task : tasks) {
        assertEquals(1, task.completions(), batch);
        assertTrue(task.hasSucceeded() || task.failure().code() != Code.OK, batch);
      }
      servable.memory().failAfter(Integer.MAX_VALUE);
      assertEquals(0, servable.memory().open(), batch);
    }
  }

  private Batch batch(List<TestTask> tasks, long rows) throws ServingException {
    List<BatchTask> batch = new ArrayList<>();
    for (TestTask task : tasks) {
      batch.add(task.task());
    }
    return new Batch(servable, batch, rows, true);
  }

  private static long rows(List<TestTask> tasks) {
    return tasks.stream().mapToLong(task -> task.values().getFirst().rows()).sum();
  }

  private void check(String batch, List<TestTask> tasks, long rows) {
    for (int input = 0; input < 2; input++) {
      int which = input;
      PlainTensor whole =
          PlainTensor.concat(tasks.stream().map(task -> task.values().get(which)).toList(), rows);
      assertEquals(whole, servable.fed().get(input), batch);
      long from = 0;
      for (TestTask task : tasks) {
        long own = task.values().getFirst().rows();
        String output = input == 0 ? "a_out:0" : "b_out:0";
        assertEquals(whole.slice(from, own), task.result(output), batch);
        assertEquals(List.of(own), task.result("rows:0").dims(), batch);
        from += own;
      }
    }
  }

  private List<TestTask> tasks(boolean ragged) {
    DataType typeOfA = TYPES[random.nextInt(TYPES.length)];
    DataType typeOfB = TYPES[random.nextInt(TYPES.length)];
    long[] dimsOfA = rowDims();
    long[] dimsOfB = rowDims();
    List<TestTask> tasks = new ArrayList<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      long rows = 1L + random.nextInt(4);
      Signature signature = random.nextInt(4) == 0 ? RowServable.SECOND : RowServable.FIRST;
      int[] outputs = random.nextInt(4) == 0 ? new int[] {2, 0, 1} : signature.allOutputs();
      tasks.add(
          new TestTask(
              signature,
              outputs,
              tensor(typeOfA, rows, dimsOfA, ragged),
              tensor(typeOfB, rows, dimsOfB, ragged)));
    }
    return tasks;
  }

  private long[] rowDims() {
    return random.longs(random.nextInt(4), 1, 4).toArray();
  }

  private Tensor tensor(DataType dtype, long rows, long[] rowDims, boolean ragged) {
    long[] dims = new long[1 + rowDims.length];
    dims[0] = rows;
    for (int axis = 1; axis < dims.length; axis++) {
      dims[axis] = ragged ? 1L + random.nextInt(4) : rowDims[axis - 1];
    }
    Shape shape = Shape.of(dims);
    List<byte[]> elements = new ArrayList<>();
    for (long i = 0; i < shape.elements(); i++) {
      byte[] element = new byte[dtype == DataType.STRING ? random.nextInt(4) : dtype.byteSize()];
      random.nextBytes(element);
      elements.add(element);
    }
    return PlainTensor.tensor(servable.memory(), dtype, shape, elements);
  }
}
