package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A task in pieces that run in several batches, maybe at once; the last to end joins the outputs.
 *
 * <p>Each piece writes only its own fields; counting down orders those writes before the join.
 */
public final class SplitTask {
  private final BatchTask task;
  private final TensorAllocator allocator;
  private final List<Piece> pieces = new ArrayList<>();
  private final AtomicInteger running = new AtomicInteger();

  private SplitTask(BatchTask task, TensorAllocator allocator) {
    this.task = task;
    this.allocator = allocator;
  }

  /**
   * Returns the pieces of a task, in order: the first one of {@code first} rows, if that is any,
   * the others of {@code size} as far as the rows go.
   */
  public static List<BatchTask> cut(
      BatchTask task, long first, long size, TensorAllocator allocator) {
    SplitTask split = new SplitTask(task, allocator);
    List<BatchTask> cut = new ArrayList<>();
    long from = 0;
    while (from < task.rows()) {
      long rows = Math.min(from == 0 && first > 0 ? first : size, task.rows() - from);
      Piece piece = split.new Piece(rows);
      split.pieces.add(piece);
      cut.add(BatchTask.piece(piece, piece, from, rows, task.queuedNanos()));
      from += rows;
    }
    split.running.set(cut.size());
    return cut;
  }

  private void ended() {
    if (running.decrementAndGet() > 0) {
      return;
    }
    long start = pieces.getFirst().start;
    long end = pieces.getFirst().end;
    long rows = 0;
    ServingException failure = null;
    for (Piece piece : pieces) {
      rows = Math.max(rows, piece.runRows);
      start = Math.min(start, piece.start);
      end = Math.max(end, piece.end);
      failure = failure == null ? piece.failure : failure;
    }
    Tensor[] joined = null;
    try {
      if (failure == null) {
        task.request().ran(start, end, rows);
        joined = join();
      }
    } catch (ServingException unfit) {
      failure = unfit;
    } catch (OutOfMemoryError e) {
      failure =
          new ServingException(
              Code.RESOURCE_EXHAUSTED, "Out of memory for a split request: " + e.getMessage());
    } finally {
      pieces.forEach(Piece::close);
      if (joined != null) {
        task.succeeded(joined);
      } else {
        task.failed(failure == null ? BatchTask.threw() : failure);
      }
    }
  }

  private Tensor[] join() throws ServingException {
    Tensor[] joined = new Tensor[task.request().outputs().length];
    int done = 0;
    try {
      for (; done < joined.length; done++) {
        OutputColumn column = new OutputColumn(done);
        joined[done] = ColumnMerger.merge(column, column.shape(), allocator);
      }
      return joined;
    } finally {
      for (int i = 0; done < joined.length && i < done; i++) {
        joined[i].close();
      }
    }
  }

  /** One output of all pieces. */
  private final class OutputColumn implements Column {
    private final int output;

    OutputColumn(int output) {
      this.output = output;
    }

    Shape shape() throws ServingException {
      Tensor first = tensor(0);
      long[] dims = first.shape().dims();
      dims[0] = task.rows();
      Shape shape = Shape.owning(dims);
      for (int part = 1; part < size(); part++) {
        Tensor tensor = tensor(part);
        if (tensor.dtype() != first.dtype()
            || tensor.shape().rank() != dims.length
            || !ColumnMerger.fits(tensor.shape(), shape)) {
          throw new ServingException(
              Code.FAILED_PRECONDITION,
              "The pieces of a split request have outputs that cannot be joined: %s%s and %s%s"
                  .formatted(
                      first.dtype().label(),
                      first.shape(),
                      tensor.dtype().label(),
                      tensor.shape()));
        }
      }
      return shape;
    }

    @Override
    public int size() {
      return pieces.size();
    }

    @Override
    public Tensor tensor(int part) {
      return pieces.get(part).outputs[output];
    }

    @Override
    public long firstRow(int part) {
      return 0;
    }

    @Override
    public long rows(int part) {
      return pieces.get(part).rows;
    }
  }

  private final class Piece implements RunRequest, Completion {
    private static final Tensor[] NONE = {};

    private final long rows;
    private long start;
    private long end;
    private long runRows;
    private Tensor[] outputs = NONE;
    private @Nullable ServingException failure;

    Piece(long rows) {
      this.rows = rows;
    }

    void close() {
      for (Tensor output : outputs) {
        output.close();
      }
    }

    @Override
    public Signature signature() {
      return task.request().signature();
    }

    @Override
    public @Nullable Tensor input(int index) {
      return task.request().input(index);
    }

    @Override
    public int[] outputs() {
      return task.request().outputs();
    }

    @Override
    public boolean isAbandoned() {
      return task.request().isAbandoned();
    }

    @Override
    public boolean isCancelled() {
      return task.request().isCancelled();
    }

    @Override
    public String clientName() {
      return task.request().clientName();
    }

    @Override
    public long remainingNanos(long now) {
      return task.request().remainingNanos(now);
    }

    @Override
    public void mayRunUntil(long nanoTime) {
      task.request().mayRunUntil(nanoTime);
    }

    @Override
    public void ran(long startNanos, long endNanos, long rowsOfRun) {
      start = startNanos;
      end = endNanos;
      runRows = rowsOfRun;
    }

    @Override
    public void succeeded(Tensor[] tensors) {
      outputs = tensors;
      ended();
    }

    @Override
    public void failed(ServingException newFailure) {
      failure = newFailure;
      ended();
    }
  }
}
