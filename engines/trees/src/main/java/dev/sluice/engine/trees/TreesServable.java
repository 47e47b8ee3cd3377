package dev.sluice.engine.trees;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One loaded model of trees. Runs happen on the calling thread and complete before {@link #run}
 * returns; any number of them at once.
 *
 * <p>Predictions and raw scores are signatures of their own: most clients want the former alone,
 * and an answer with a single output is a plain list in TensorFlow Serving's REST API.
 */
final class TreesServable implements Servable {
  private static final String FEATURES = "features";
  private static final String PREDICTIONS = "predictions";
  private static final String MARGIN = "margin";
  private static final String METHOD = "tensorflow/serving/predict";

  private final ServableId id;
  private final TreeModel model;
  private final TensorAllocator allocator;
  private final Map<String, Signature> signatures;

  TreesServable(ServableId id, TreeModel model) {
    this(id, model, new NativeTensors());
  }

  /** Creates a servable whose outputs come from an allocator. */
  TreesServable(ServableId id, TreeModel model, TensorAllocator allocator) {
    this.id = id;
    this.model = model;
    this.allocator = allocator;
    this.signatures =
        Map.of(
            Signature.DEFAULT_KEY,
            signature(Signature.DEFAULT_KEY, PREDICTIONS),
            MARGIN,
            signature(MARGIN, MARGIN));
  }

  private Signature signature(String key, String output) {
    return new Signature(
        key,
        METHOD,
        List.of(spec(FEATURES, Shape.of(Shape.UNKNOWN, model.features()))),
        List.of(spec(output, outputShape(output, Shape.UNKNOWN))),
        Map.of());
  }

  private TensorSpec spec(String name, Shape shape) {
    return new TensorSpec(name, model.dtype(), false, shape, name);
  }

  /** Rows with one number each make a vector, as they do in the libraries. */
  private Shape outputShape(String output, long rows) {
    int width = width(output);
    return width == 1 ? Shape.of(rows) : Shape.of(rows, width);
  }

  private int width(String output) {
    int groups = model.scores().groups();
    return output.equals(MARGIN) ? groups : model.link().width(groups);
  }

  @Override
  public Map<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public TensorAllocator allocator() {
    return allocator;
  }

  /** Each row walks down each tree once. */
  @Override
  public boolean isShapeBound(Signature signature) {
    return true;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Tensor[] outputs;
    try {
      outputs = run(request);
    } catch (ServingException e) {
      completion.failed(e);
      return;
    } catch (OutOfMemoryError e) {
      // Of native memory, as allocators say it; nothing of this process is hurt by it.
      completion.failed(
          new ServingException(Code.RESOURCE_EXHAUSTED, "Out of memory: " + e.getMessage()));
      return;
    }
    completion.succeeded(outputs);
  }

  private Tensor[] run(RunRequest request) throws ServingException {
    Signature signature = request.signature();
    Tensor input = checked(request.input(signature.inputIndex(FEATURES)));
    FeatureMatrix rows = FeatureMatrix.of(input.data(), model.dtype(), model.features());
    int[] wanted = request.outputs();
    Results results = new Results(input.shape().dim(0), wanted.length);
    boolean done = false;
    try {
      for (int output : wanted) {
        results.add(signature.outputs().get(output).nativeName());
      }
      results.fill(rows);
      done = true;
      return results.tensors;
    } finally {
      if (!done) {
        results.close();
      }
    }
  }

  private Tensor checked(@Nullable Tensor input) throws ServingException {
    if (input == null) {
      throw ServingException.invalidArgument("Missing input " + FEATURES + " of " + id);
    }
    if (input.dtype() != model.dtype()) {
      throw ServingException.invalidArgument(
          "Expected input %s of %s to be %s, found %s"
              .formatted(FEATURES, id, model.dtype().label(), input.dtype().label()));
    }
    Shape shape = input.shape();
    if (shape.rank() != 2 || shape.dim(1) != model.features()) {
      throw ServingException.invalidArgument(
          "Expected input %s of %s to have shape %s, one row of %d features for each example; found"
                  .formatted(
                      FEATURES, id, Shape.of(Shape.UNKNOWN, model.features()), model.features())
              + " "
              + shape);
    }
    return input;
  }

  /** The outputs of one run. */
  private final class Results {
    private final long rows;
    private final Tensor[] tensors;
    private final String[] names;
    private int count;

    Results(long rows, int outputs) {
      this.rows = rows;
      this.tensors = new Tensor[outputs];
      this.names = new String[outputs];
    }

    void add(String name) {
      Shape shape = outputShape(name, rows);
      long bytes = shape.elements() * model.dtype().byteSize();
      tensors[count] = allocator.allocate(model.dtype(), shape, bytes);
      names[count] = name;
      count++;
    }

    /** Computes tile by tile, so that memory beside the outputs is bounded. */
    void fill(FeatureMatrix features) {
      RawScores raw = model.scores();
      int groups = raw.groups();
      int tile = (int) Math.min(rows, raw.tile());
      double[] scores = new double[tile * groups];
      double[] predictions = new double[groups];
      for (long first = 0; first < rows; first += tile) {
        int size = (int) Math.min(tile, rows - first);
        raw.compute(features, first, size, scores);
        for (int output = 0; output < count; output++) {
          if (names[output].equals(MARGIN)) {
            Values.put(tensors[output], first * groups, scores, size * groups);
          } else {
            putPredictions(tensors[output], first, size, scores, predictions);
          }
        }
      }
    }

    private void putPredictions(
        Tensor tensor, long first, int size, double[] scores, double[] predictions) {
      int groups = model.scores().groups();
      int width = model.link().width(groups);
      for (int row = 0; row < size; row++) {
        model.link().apply(scores, row * groups, groups, predictions, 0);
        Values.put(tensor, (first + row) * width, predictions, width);
      }
    }

    void close() {
      for (int i = 0; i < count; i++) {
        tensors[i].close();
      }
    }
  }
}
