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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing native is left, whichever way a run ends. libtorch does not say what lives, so the
 * process's memory does: what is leaked here would be some gigabytes.
 */
final class LeakTest {
  private static final long ELEMENTS = 1 << 18;
  private static final int RUNS = 2_000;
  private static final long TOLERATED_BYTES = 200L << 20;
  private static final int LOADS = 50;

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
  void runsLeaveNothing(String model, DataType type, Code end) throws Exception {
    Models.loaded(
        engine,
        model,
        servable -> {
          run(servable, type, end);
          long before = residentBytes();
          for (int i = 0; i < RUNS; i++) {
            run(servable, type, end);
          }
          assertGrownLittle(before);
        });
  }

  private void run(Servable servable, DataType type, Code end) {
    Tensor input =
        servable.allocator().allocate(type, Shape.of(ELEMENTS), ELEMENTS * type.byteSize());
    input.data().fill((byte) 0);
    try (TestRun run = TestRun.of(servable, Signature.DEFAULT_KEY).with("x", input)) {
      assertEquals(end, run.on(servable).code());
    }
    assertEquals(0, engine.liveTensors());
  }

  @Test
  void loadsLeaveNothing() throws Exception {
    Loader loader = Models.loader(engine, "wine_torchscript");
    loader.load();
    loader.unload();
    long before = residentBytes();
    for (int i = 0; i < LOADS; i++) {
      loader.load();
      loader.unload();
    }
    assertGrownLittle(before);
  }

  private static void assertGrownLittle(long before) throws IOException {
    long grown = residentBytes() - before;
    assertTrue(grown < TOLERATED_BYTES, grown + " bytes more");
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new AssertionError("no VmRSS");
  }
}
