package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TorchScriptServableTest {
  private static final String KEY = Signature.DEFAULT_KEY;

  private final PyTorchEngine engine = new PyTorchEngine();

  @AfterEach
  void holdsNoTensor() {
    assertEquals(0, engine.liveTensors());
  }

  @Test
  void neitherTypesNorShapesAreMadeUp() throws Exception {
    Models.loaded(
        engine,
        "many",
        servable -> {
          Signature signature = Models.signature(servable);
          for (TensorSpec spec : signature.inputs()) {
            assertNull(spec.dtype());
            assertFalse(spec.shape().hasRank());
          }
        });
  }

  @Test
  void argumentsAndOutputsAreFoundByName() throws Exception {
    Models.loaded(
        engine,
        "many",
        servable -> {
          try (TestRun run = TestRun.of(servable, KEY, List.of("output_10", "output_0"))) {
            run.with("a", floats(servable, 3)).with("z", floats(servable, 10)).on(servable);
            assertArrayEquals(new float[] {20}, TestTensors.floats(run.output("output_10")));
            assertArrayEquals(new float[] {7}, TestTensors.floats(run.output("output_0")));
          }
          try (TestRun run = TestRun.of(servable, KEY)) {
            run.with("a", floats(servable, 3)).with("z", floats(servable, 10)).on(servable);
            // Its factor has a default value.
            assertArrayEquals(new float[] {20}, TestTensors.floats(run.output("output_11")));
            assertArrayEquals(new float[] {12}, TestTensors.floats(run.output("output_2")));
          }
        });
  }

  @Test
  void dictionaryGivesItsKeys() throws Exception {
    Models.loaded(
        engine,
        "dictionary",
        servable -> {
          try (TestRun run = TestRun.of(servable, KEY).with("x", floats(servable, 3, 5))) {
            run.on(servable);
            assertArrayEquals(new float[] {6, 10}, TestTensors.floats(run.output("twice")));
            assertArrayEquals(
                new float[] {1.5f, 2.5f}, TestTensors.floats(run.output("half, or so")));
          }
        });
  }

  @Test
  void listIsNumbered() throws Exception {
    Models.loaded(
        engine,
        "list",
        servable -> {
          try (TestRun run = TestRun.of(servable, KEY).with("x", floats(servable, 3))) {
            run.on(servable);
            assertArrayEquals(new float[] {6}, TestTensors.floats(run.output("output_0")));
            assertArrayEquals(new float[] {9}, TestTensors.floats(run.output("output_1")));
          }
        });
  }

  @Test
  void namedTupleGivesItsNames() throws Exception {
    Models.loaded(
        engine,
        "named",
        servable -> {
          try (TestRun run = TestRun.of(servable, KEY).with("x", floats(servable, 3, 5))) {
            run.on(servable);
            assertArrayEquals(new float[] {6, 10}, TestTensors.floats(run.output("scores")));
            assertArrayEquals(new long[] {1}, TestTensors.longs(run.output("labels")));
            assertEquals(Shape.scalar(), run.output("labels").shape());
          }
        });
  }

  @Test
  void viewsAreCopiedInOrder() throws Exception {
    Models.loaded(
        engine,
        "views",
        servable -> {
          Tensor input = TestTensors.floats(servable.allocator(), Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
          try (TestRun run = TestRun.of(servable, KEY).with("x", input).on(servable)) {
            input.data().fill((byte) 0);
            run.closeInputs();
            assertValues(run.output("output_0"), Shape.of(6), 1, 2, 3, 4, 5, 6);
            assertValues(run.output("output_1"), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
            assertValues(run.output("output_2"), Shape.of(3), 1, 2, 3);
            assertValues(run.output("output_3"), Shape.of(2, 3), 2, 4, 6, 8, 10, 12);
            assertValues(run.output("output_4"), Shape.of(2, 3), 2, 4, 6, 8, 10, 12);
          }
        });
  }

  @Test
  void outputsOutliveTheModel() throws Exception {
    Loader loader = Models.loader(engine, "list");
    Servable servable = loader.load();
    try (TestRun run = TestRun.of(servable, KEY).with("x", floats(servable, 3)).on(servable)) {
      loader.unload();
      assertValues(run.output("output_0"), Shape.of(1), 6);
    }
  }

  @Test
  void elementsThatAreToBeNegatedAre() throws Exception {
    Models.loaded(
        engine,
        "conjugate",
        servable -> {
          for (long count : new long[] {1, 3}) {
            Tensor input = complex(servable, Shape.of(count));
            try (TestRun run = TestRun.of(servable, KEY).with("x", input).on(servable)) {
              float[] conjugates = TestTensors.floats(run.output("output_0"));
              float[] imaginary = TestTensors.floats(run.output("output_1"));
              for (int i = 0; i < count; i++) {
                assertEquals(2 * i, conjugates[2 * i]);
                assertEquals(-(2 * i + 1), conjugates[2 * i + 1]);
                assertEquals(-(2 * i + 1), imaginary[i]);
              }
            }
          }
        });
  }

  /** Returns 0 + 1i, 2 + 3i and so on. */
  private static Tensor complex(Servable servable, Shape shape) {
    Tensor tensor = servable.allocator().allocate(DataType.COMPLEX64, shape, shape.elements() * 8);
    for (int i = 0; i < 2 * shape.elements(); i++) {
      tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
    }
    return tensor;
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "FLOAT",
        "DOUBLE",
        "HALF",
        "BFLOAT16",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "BOOL",
        "COMPLEX64",
        "COMPLEX128",
        "FLOAT8_E5M2",
        "FLOAT8_E4M3FN",
        "FLOAT8_E5M2FNUZ",
        "FLOAT8_E4M3FNUZ"
      })
  void typeIsKept(DataType type) throws Exception {
    Models.loaded(
        engine,
        "anything",
        servable -> {
          Tensor input = servable.allocator().allocate(type, Shape.of(2), 2L * type.byteSize());
          input.data().fill((byte) 1);
          try (TestRun run = TestRun.of(servable, KEY).with("x", input).on(servable)) {
            Tensor output = run.output("output_0");
            assertEquals(type, output.dtype());
            assertEquals(Shape.of(2), output.shape());
            assertEquals(-1, output.data().mismatch(input.data()));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"QINT8", "INT4"})
  void otherTypesAreRefused(DataType type) throws Exception {
    Models.loaded(
        engine,
        "anything",
        servable -> {
          Tensor input = servable.allocator().allocate(type, Shape.of(2), 2);
          assertFails(servable, "x", input, Code.INVALID_ARGUMENT, "uint64, ", type.label());
        });
  }

  @Test
  void shapeThatSaysMoreThanThereIsIsRefused() throws Exception {
    long huge = 1L << 40;
    List<Shape> shapes =
        List.of(Shape.of(3), Shape.of(0, huge, huge), Shape.of(huge, huge), Shape.of(-1));
    Models.loaded(
        engine,
        "anything",
        servable -> {
          for (Shape shape : shapes) {
            Tensor input = servable.allocator().allocate(DataType.FLOAT, shape, 8);
            assertFails(
                servable, "x", input, Code.INVALID_ARGUMENT, "does not fit 8 bytes of type float");
          }
        });
  }

  @Test
  void sparseOutputIsRefused() throws Exception {
    Models.loaded(
        engine,
        "sparse",
        servable ->
            assertFails(
                servable, "x", floats(servable, 1), Code.UNIMPLEMENTED, "output_0", "sparse"));
  }

  @Test
  void whatTheModuleRaisesIsInvalidArgument() throws Exception {
    Models.loaded(
        engine,
        "picky",
        servable ->
            assertFails(
                servable,
                "x",
                floats(servable, -1),
                Code.INVALID_ARGUMENT,
                "forward(x) of {name: picky version: 1}: ",
                "expected no negative number"));
  }

  @Test
  void shapeThatDoesNotFitIsNamed() throws Exception {
    Models.loaded(
        engine,
        "matmul",
        servable -> {
          Tensor left = TestTensors.floats(servable.allocator(), Shape.of(1, 2), 1, 2);
          Tensor right = TestTensors.floats(servable.allocator(), Shape.of(1, 2), 1, 2);
          try (TestRun run = TestRun.of(servable, KEY).with("x", left).with("y", right)) {
            run.on(servable);
            assertEquals(Code.INVALID_ARGUMENT, run.code());
            assertEquals(
                "forward(x, y) of {name: matmul version: 1}: mat1 and mat2 shapes cannot be"
                    + " multiplied (1x2 and 1x2)",
                run.failure().text());
          }
        });
  }

  @Test
  void memoryThatIsNotToBeHadIsResourceExhausted() throws Exception {
    Models.loaded(
        engine,
        "hungry",
        servable -> {
          Tensor input = TestTensors.longs(servable.allocator(), Shape.of(1), 1L << 50);
          assertFails(servable, "x", input, Code.RESOURCE_EXHAUSTED, "allocate");
        });
  }

  @Test
  void inputIsNotWrittenTo() throws Exception {
    Models.loaded(
        engine,
        "writes_input",
        servable -> {
          Tensor input = floats(servable, 1, 2);
          try (TestRun run = TestRun.of(servable, KEY).with("x", input).on(servable)) {
            assertArrayEquals(new float[] {1, 2}, TestTensors.floats(input));
            assertValues(run.output("output_0"), Shape.of(2), 2, 3);
          }
        });
  }

  @Test
  void answerIsNotChangedByLaterRuns() throws Exception {
    Models.loaded(
        engine,
        "counter",
        servable -> {
          try (TestRun first = TestRun.of(servable, KEY).with("x", floats(servable, 1));
              TestRun second = TestRun.of(servable, KEY).with("x", floats(servable, 1))) {
            first.on(servable);
            second.on(servable);
            assertValues(first.output("output_0"), Shape.of(1), 1);
            assertValues(second.output("output_0"), Shape.of(1), 2);
          }
        });
  }

  @Test
  void inputThatAModuleKeepsIsItsOwn() throws Exception {
    Models.loaded(
        engine,
        "keeper",
        servable -> {
          Tensor input = floats(servable, 1, 2, 3);
          try (TestRun run = TestRun.of(servable, KEY).with("x", input)) {
            run.on(servable);
            input.data().fill((byte) -1);
          }
          try (TestRun run = TestRun.of(servable, KEY).with("x", floats(servable, 0))) {
            assertValues(run.on(servable).output("output_0"), Shape.of(3), 1, 2, 3);
          }
        });
  }

  @Test
  void moduleThatAssignsIsStateful() throws Exception {
    Models.loaded(
        engine, "keeper", servable -> assertTrue(servable.isStateful(Models.signature(servable))));
    Models.loaded(
        engine,
        "pooled_tokens_torchscript",
        servable -> assertFalse(servable.isStateful(Models.signature(servable))));
  }

  @Test
  void unionOfItsSignatureRuns() throws Exception {
    Models.loaded(
        engine,
        "list",
        servable -> {
          Signature own = Models.signature(servable);
          Signature union = Signature.union(List.of(own, own));
          try (TestRun run = TestRun.of(union).with("x", floats(servable, 3)).on(servable)) {
            assertValues(run.output("output_1"), Shape.of(1), 9);
          }
        });
  }

  @Test
  void signatureOfAnotherServableIsABug() throws Exception {
    Models.loaded(
        engine,
        "list",
        servable ->
            Models.loaded(
                engine,
                "list",
                other -> {
                  TestRun run = TestRun.of(other, KEY);
                  assertThrows(IllegalArgumentException.class, () -> run.on(servable));
                }));
  }

  @Test
  void unloadedServableRefuses() throws Exception {
    Loader loader = Models.loader(engine, "list");
    Servable servable = loader.load();
    loader.unload();
    assertFails(servable, "x", floats(servable, 1), Code.UNAVAILABLE, "unloaded");
  }

  private static Tensor floats(Servable servable, float... values) {
    return TestTensors.floats(servable.allocator(), Shape.of(values.length), values);
  }

  private static void assertValues(Tensor found, Shape shape, float... values) {
    assertEquals(shape, found.shape());
    assertArrayEquals(values, TestTensors.floats(found));
  }

  private static void assertFails(
      Servable servable, String name, Tensor input, Code code, String... parts) {
    try (TestRun run = TestRun.of(servable, KEY).with(name, input).on(servable)) {
      assertEquals(code, run.code());
      for (String part : parts) {
        assertTrue(run.failure().text().contains(part), run.failure().text());
      }
    }
  }
}
