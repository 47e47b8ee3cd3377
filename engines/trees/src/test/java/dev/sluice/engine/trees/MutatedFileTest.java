package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.TestRun;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files with random damage are refused, or give a model whose runs end without an exception. */
final class MutatedFileTest {
  private static final int MUTATIONS = 2000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A damaged file may ask for rows of any width; wider ones are not run. */
  private static final long MOST_FEATURES = 1 << 16;

  private static final double[] STRANGE = {Double.NaN, 0, -1, 1e30, Double.POSITIVE_INFINITY, 3};

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "trees_xgb_binary, model.json",
    "trees_xgb_categories, model.json",
    "trees_xgb_dart, model.json",
    "trees_xgb_linear, model.json",
    "trees_xgb_softprob, model.ubj",
    "trees_xgb_onehot, model.ubj",
    "trees_lgb_multiclass, model.lgb",
    "trees_lgb_categories, model.txt",
    "trees_lgb_forest, model.txt"
  })
  void loadsOrRefuses(String model, String file) throws IOException {
    long seed = System.nanoTime();
    byte[] valid = Files.readAllBytes(Models.version(model).path().resolve(file));
    Path path = directory.resolve(file);
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          int loaded = 0;
          for (int i = 0; i < MUTATIONS; i++) {
            Files.write(path, mutated(valid, new Random(seed + i)));
            loaded += loadAndRun(seed + i) ? 1 : 0;
          }
          assertTrue(loaded > 0, "no damage was harmless, seed " + seed);
          assertTrue(loaded < MUTATIONS, "all damage was harmless, seed " + seed);
        },
        () -> "seed " + seed);
  }

  /** Changes a few bytes to others of the file, mostly, so that numbers become other numbers. */
  private static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      byte value =
          random.nextInt(4) == 0 ? (byte) random.nextInt() : valid[random.nextInt(valid.length)];
      bytes[random.nextInt(bytes.length)] = value;
    }
    return bytes;
  }

  private boolean loadAndRun(long seed) {
    try {
      run(Models.load(Models.version("m", directory)));
      return true;
    } catch (ServingException e) {
      assertFalse(e.text().isEmpty());
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static void run(Servable servable) {
    Signature signature = servable.signatures().values().iterator().next();
    TensorSpec input = signature.inputs().get(0);
    long features = input.shape().dim(1);
    if (features > MOST_FEATURES) {
      return;
    }
    try (TestRun run = TestRun.of(signature)) {
      run.with("features", strange(input.dtype() == DataType.DOUBLE, features)).on(servable);
      assertTrue(run.results() != null, () -> run.failure().text());
    }
  }

  private static Tensor strange(boolean isDouble, long features) {
    DataType dtype = isDouble ? DataType.DOUBLE : DataType.FLOAT;
    Shape shape = Shape.of(STRANGE.length, features);
    long elements = shape.elements();
    Tensor tensor = new NativeTensors().allocate(dtype, shape, elements * dtype.byteSize());
    for (long i = 0; i < elements; i++) {
      double value = STRANGE[(int) (i / features)];
      if (isDouble) {
        tensor.data().setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      } else {
        tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      }
    }
    return tensor;
  }
}
