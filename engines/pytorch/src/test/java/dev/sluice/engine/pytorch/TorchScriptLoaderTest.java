package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TorchScriptLoaderTest {
  private static final String WHAT_TO_DO = "expected a file written by torch.jit.save";

  private final PyTorchEngine engine = new PyTorchEngine();

  @TempDir Path directory;

  @Test
  void missingFileIsNotFound() {
    ServingException failure = refused();
    assertEquals(Code.NOT_FOUND, failure.code());
    assertTrue(failure.text().contains("model.pt"), failure.text());
  }

  @Test
  void emptyFileIsRefused() throws IOException {
    write(new byte[0]);
    assertRefused("is empty", WHAT_TO_DO);
  }

  @Test
  void randomBytesAreRefused() throws IOException {
    byte[] bytes = new byte[10_000];
    new Random(1).nextBytes(bytes);
    write(bytes);
    assertRefused("is no whole zip file", WHAT_TO_DO);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 5_000, 11_107})
  void truncatedFileIsRefused(int length) throws IOException {
    byte[] whole = wine();
    assertEquals(11_108, whole.length);
    write(Arrays.copyOf(whole, length));
    assertRefused("is no whole zip file", WHAT_TO_DO);
  }

  @Test
  void stateDictionaryIsRefused() throws IOException {
    Archives.zip(
        directory,
        Map.of(
            "archive/data.pkl", "\u0080\u0002ccollections\nOrderedDict\n)R.",
            "archive/version", "3\n"));
    assertRefused("holds no code of a module, as files of torch.save do not", WHAT_TO_DO);
  }

  @Test
  void damagedPickleIsRefused() throws IOException {
    byte[] bytes = wine();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("_rebuild_tensor_v2")] ^= 1;
    write(bytes);
    assertRefused("libtorch cannot load", "model.pt");
  }

  @Test
  void damagedCodeIsRefused() throws IOException {
    Archives.zip(
        directory,
        Map.of(
            "m/data.pkl", "\u0080\u0002c__torch__\nModel\n)\u0081}ub.",
            "m/constants.pkl", "\u0080\u0002).",
            "m/version", "3\n",
            "m/code/__torch__.py",
                "class Model(Module):\n  def forward(self: __torch__.Model,\n    x: Tensor) ->"
                    + " Tensor:\n    return torch.no_such_operation(x)\n"));
    assertRefused("libtorch cannot load", "no_such_operation");
  }

  @Test
  void smallFileOfMuchCodeIsRefused() throws IOException {
    String half = " ".repeat(33 << 20);
    Archives.zip(directory, Map.of("m/code/a.py", half, "m/code/b.py", half));
    assertTrue(Files.size(directory.resolve("model.pt")) < 1 << 20);
    assertRefused("holds more than 67108864 bytes of code", WHAT_TO_DO);
  }

  @Test
  void memoryThatIsNotToBeHadIsAnAnswerNotACrash() {
    Loader loader =
        new TorchScriptLoader(
            Models.version("identity", 1),
            EngineOptions.DEFAULT,
            () -> {
              throw new OutOfMemoryError("none left");
            },
            new LiveTensors());
    ServingException failure = assertThrows(ServingException.class, loader::load);
    assertEquals(Code.RESOURCE_EXHAUSTED, failure.code());
    assertTrue(failure.text().contains("model.pt: out of memory: none left"), failure.text());
  }

  @ParameterizedTest
  @CsvSource({
    "list_in_steps, gives List[Tensor] made in steps",
    "number, argument count of type int"
  })
  void moduleThatRequestsCannotCallIsRefused(String model, String why) {
    Loader loader = Models.loader(engine, model);
    ServingException failure = assertThrows(ServingException.class, loader::load);
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(failure.text().contains(why), failure.text());
  }

  @Test
  void estimateIsMoreThanTheFile() throws Exception {
    long size = Files.size(Models.directory("wine_torchscript").resolve("1/model.pt"));
    assertTrue(Models.loader(engine, "wine_torchscript").estimate().memoryBytes() > size);
  }

  @Test
  void everyModelHasItsOwnThreads() throws Exception {
    Libtorch library = engine.library();
    for (int wanted : new int[] {3, 0, 2}) {
      EngineOptions options = new EngineOptions(Set.of(), wanted, 0);
      Loader loader = engine.loaderFor(Models.version("identity", 1), options);
      Servable servable = loader.load();
      try (TestRun run = TestRun.of(servable, "serving_default");
          GlueCall call = new GlueCall()) {
        run.with("x", TestTensors.floats(servable.allocator(), Shape.of(1), 1)).on(servable);
        assertEquals(Code.OK, run.code());
        // A small model has the caller's thread only, unless the operator says otherwise.
        assertEquals(Math.max(1, wanted), library.threads(call));
      } finally {
        loader.unload();
      }
    }
  }

  private static byte[] wine() throws IOException {
    return Files.readAllBytes(Models.directory("wine_torchscript").resolve("1/model.pt"));
  }

  private void write(byte[] bytes) throws IOException {
    Files.write(directory.resolve("model.pt"), bytes);
  }

  private ServingException refused() {
    Loader loader = engine.loaderFor(Models.version("m", 1, directory), EngineOptions.DEFAULT);
    return assertThrows(ServingException.class, loader::load);
  }

  private void assertRefused(String... parts) {
    ServingException failure = refused();
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    for (String part : parts) {
      assertTrue(failure.text().contains(part), failure.text());
    }
  }
}
