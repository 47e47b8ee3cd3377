package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing native is left, whichever way a run ends. libtorch does not say what lives, so the C
 * library is asked for what it has given out: what is leaked here would be far more than tolerated.
 */
final class LeakTest {
  private static final long TOLERATED_BYTES = 20L << 20;
  private static final int LOADS = 1_000;

  private final PyTorchEngine engine = new PyTorchEngine();

  @ParameterizedTest
  @CsvSource({
    "anything, FLOAT, OK",
    "list, FLOAT, OK",
    "dictionary, FLOAT, OK",
    "named, FLOAT, OK",
    "writes_input, FLOAT, OK",
    // It duplicates what it is given.
    "keeper, FLOAT, OK",
    "identity, INT32, INVALID_ARGUMENT",
    "hungry, FLOAT, INVALID_ARGUMENT",
    "sparse, FLOAT, UNIMPLEMENTED"
  })
  void largeTensorsAreFreed(String model, DataType type, Code end) throws Exception {
    runsLeaveNothing(model, type, 1 << 18, 200, end);
  }

  @ParameterizedTest
  @CsvSource({
    "anything, FLOAT, 300_000, OK",
    "dictionary, FLOAT, 100_000, OK",
    "named, FLOAT, 100_000, OK",
    "identity, INT32, 20_000, INVALID_ARGUMENT"
  })
  void whatACallNeedsIsFreed(String model, DataType type, String runs, Code end) throws Exception {
    runsLeaveNothing(model, type, 1, Integer.parseInt(runs.replace("_", "")), end);
  }

  private void runsLeaveNothing(String model, DataType type, int elements, int runs, Code end)
      throws Exception {
    Models.loaded(
        engine,
        model,
        servable -> {
          // The first runs compile.
          for (int i = 0; i < 10; i++) {
            run(servable, type, elements, end);
          }
          long before = MallocBytes.inUse();
          for (int i = 0; i < runs; i++) {
            run(servable, type, elements, end);
          }
          assertGrownLittle(before);
        });
    assertEquals(0, engine.liveTensors());
  }

  private static void run(Servable servable, DataType type, int elements, Code end) {
    Tensor input =
        servable.allocator().allocate(type, Shape.of(elements), (long) elements * type.byteSize());
    input.data().fill((byte) 0);
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY).with("x", input)) {
      assertEquals(end, run.on(servable).code());
    }
  }

  @Test
  void modulesAreFreed() throws Exception {
    Loader loader = Models.loader(engine, "wine_torchscript");
    loader.load();
    loader.unload();
    long before = MallocBytes.inUse();
    for (int i = 0; i < LOADS; i++) {
      loader.load();
      loader.unload();
    }
    assertGrownLittle(before);
  }

  private static void assertGrownLittle(long before) {
    long grown = MallocBytes.inUse() - before;
    assertTrue(grown < TOLERATED_BYTES, grown + " bytes more");
  }
}
