package dev.sluice.engine.tensorflow;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.Features;
import dev.sluice.protos.tensorflow.FloatList;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run does with a request that fits, and with one that does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SavedModelServableTest {
  private final TensorFlowEngine engine = new TensorFlowEngine();
  private final Loader digitsLoader = Models.loader(engine, "digits", "1");
  private final Loader halfLoader = Models.loader(engine, "half_plus_two_tf2", "1");
  private Servable digits;
  private Servable half;

  @BeforeAll
  void load() throws ServingException {
    digits = digitsLoader.load();
    half = halfLoader.load();
  }

  @AfterAll
  void unload() throws ServingException {
    digitsLoader.unload();
    halfLoader.unload();
    assertEquals(0, engine.library().liveTensors());
  }

  private TestRun images(Shape shape) {
    Tensor images =
        TestTensors.floats(digits.allocator(), shape, new float[(int) shape.elements()]);
    return TestRun.of(digits, "serving_default").with("images", images).on(digits);
  }

  @Test
  void modelsOfKnownLayersAreShapeBound() {
    assertTrue(
        half.isShapeBound(requireNonNull(half.signatures().get("serving_default"), "signature")));
  }

  @Test
  void lowerRankThanThePlaceholderIsRefused() {
    List<Shape> refused =
        List.of(
            Shape.scalar(),
            Shape.of(0),
            Shape.of(64),
            Shape.of(1, 2),
            Shape.of(1, 1, 2),
            Shape.of(3, 8, 8),
            Shape.of(0, 8, 8));
    for (Shape shape : refused) {
      try (TestRun run = images(shape)) {
        assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
        assertEquals(
            "Input images of signature serving_default of {name: digits version: 1}: expected a"
                + " tensor of rank 4 as its placeholder declares [?,8,8,1], found rank "
                + shape.rank()
                + " with shape "
                + shape,
            run.failure().text());
      }
    }
    try (TestRun run = images(Shape.of(1, 8, 8, 1))) {
      assertEquals(Code.OK, run.code());
    }
  }

  /** The reference answers these, as this model's graph happens to take them. */
  @Test
  void higherRankAndOtherDimensionsAreLeftToTheGraph() {
    for (Shape shape : List.of(Shape.of(1, 1, 8, 8, 1), Shape.of(1, 8, 8, 2))) {
      try (TestRun run = images(shape)) {
        assertEquals(Code.OK, run.code());
      }
    }
  }

  @Test
  void lowerRankThanPlaceholderOfRankOneIsLeftToTheGraph() {
    Tensor scalar = TestTensors.floats(half.allocator(), Shape.scalar(), 4);
    try (TestRun run = TestRun.of(half, "serving_default").with("x", scalar).on(half)) {
      assertEquals(Shape.scalar(), run.output("y").shape());
      assertArrayEquals(new float[] {4}, TestTensors.floats(run.output("y")));
    }
  }

  @Test
  void onlyWantedOutputsAreComputedInTheirOrder() {
    Shape shape = Shape.of(2, 8, 8, 1);
    for (List<String> wanted :
        List.of(List.of("class"), List.of("probabilities"), List.of("probabilities", "class"))) {
      Tensor images = TestTensors.floats(digits.allocator(), shape, new float[128]);
      try (TestRun run =
          TestRun.of(digits, "serving_default", wanted).with("images", images).on(digits)) {
        assertEquals(wanted.size(), run.results() == null ? -1 : run.results().length);
        for (String name : wanted) {
          assertEquals(
              name.equals("class") ? Shape.of(2) : Shape.of(2, 10), run.output(name).shape());
        }
      }
    }
  }

  @Test
  void noOutputIsRefusedByTheLibrary() {
    Tensor x = TestTensors.floats(half.allocator(), Shape.of(1), 1);
    try (TestRun run = TestRun.of(half, "serving_default", List.of()).with("x", x).on(half)) {
      assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
    }
  }

  @Test
  void moreOutputsThanThereAreAreRefused() {
    Tensor x = TestTensors.floats(half.allocator(), Shape.of(1), 1);
    try (TestRun run =
        TestRun.of(half, "serving_default", List.of("y", "y")).with("x", x).on(half)) {
      assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
    }
  }

  @Test
  void initOperationHasNoOutputToReturn() {
    try (TestRun run = TestRun.of(half, "__saved_model_init_op").on(half)) {
      assertEquals(
          "Node 'NoOp' (type: 'NoOp', num of outputs: 0) does not have output 0",
          run.failure().text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongTypesAreRefusedAndHarmNothing(DataType dtype) {
    for (TensorAllocator allocator : List.of(half.allocator(), new NativeTensors())) {
      Tensor tensor =
          dtype == DataType.STRING
              ? TestTensors.strings(allocator, Shape.of(2), "a", "b")
              : allocator.allocate(dtype, Shape.of(2), 2L * dtype.byteSize());
      tensor.data().fill((byte) 0);
      try (TestRun run = TestRun.of(half, "serving_default").with("x", tensor).on(half)) {
        if (dtype == DataType.FLOAT) {
          assertEquals(Code.OK, run.code());
        } else if (dtype == DataType.RESOURCE) {
          assertTrue(
              run.failure().text().startsWith("Invalid resource type hash code: 0(name:  type: )"));
          assertEquals(Code.INVALID_ARGUMENT, run.code());
        } else {
          assertEquals(
              "Expects arg[0] to be float but " + dtype.label() + " is provided",
              run.failure().text());
          assertEquals(Code.INVALID_ARGUMENT, run.code());
        }
      }
    }
  }

  @Test
  void shapeThatDoesNotFitItsMemoryIsRefused() {
    List<Shape> shapes =
        List.of(
            Shape.of(3),
            Shape.of(-1),
            Shape.unknownRank(),
            Shape.of(1L << 40, 1L << 40),
            Shape.of(new long[255]));
    for (Shape shape : shapes) {
      Tensor tensor = new NativeTensors().allocate(DataType.FLOAT, shape, 8);
      try (TestRun run = TestRun.of(half, "serving_default").with("x", tensor).on(half)) {
        assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
        assertTrue(run.failure().text().contains("does not fit 8 bytes"), run.failure().text());
      }
    }
  }

  @Test
  void allocatorRefusesSizesThatDoNotFit() {
    TensorAllocator allocator = half.allocator();
    assertThrows(
        IllegalArgumentException.class, () -> allocator.allocate(DataType.FLOAT, Shape.of(3), 11));
    assertThrows(
        IllegalArgumentException.class,
        () -> allocator.allocate(DataType.FLOAT, Shape.of(new long[255]), 0));
  }

  @Test
  void memoryThatIsNotToBeHadIsAnError() {
    long elements = 1L << 58;
    assertThrows(
        OutOfMemoryError.class,
        () ->
            half.allocator().allocate(DataType.FLOAT, Shape.of(elements), elements * Float.BYTES));
  }

  @Test
  void aUnionOfSignaturesIsOneRun() {
    FloatList two = FloatList.newBuilder().addValue(2).build();
    Example example =
        Example.newBuilder()
            .setFeatures(
                Features.newBuilder()
                    .putFeature("x", Feature.newBuilder().setFloatList(two).build()))
            .build();
    Signature union =
        Signature.union(
            List.of(signature(half, "regress_x_to_y"), signature(half, "classify_x_to_y")));
    assertEquals(2, union.inputs().size());
    TestRun run = TestRun.of(union);
    for (TensorSpec input : union.inputs()) {
      run.with(
          input.name(),
          StringTensors.create(half.allocator(), Shape.of(1), List.of(example.toByteArray())));
    }
    try (run) {
      assertEquals(Code.OK, run.on(half).code());
    }
  }

  private static Signature signature(Servable servable, String key) {
    return requireNonNull(servable.signatures().get(key), key);
  }

  @Test
  void aUnionWithAnotherServablesSignatureIsABug() {
    Signature union =
        Signature.union(
            List.of(signature(half, "serving_default"), signature(digits, "serving_default")));
    try (TestRun run = TestRun.of(union)) {
      assertThrows(IllegalArgumentException.class, () -> half.run(run, run));
      assertEquals(0, run.completions());
    }
  }

  @Test
  void anotherServablesSignatureIsABug() {
    try (TestRun run = TestRun.of(digits, "serving_default")) {
      assertThrows(IllegalArgumentException.class, () -> half.run(run, run));
      assertEquals(0, run.completions());
    }
  }

  @Test
  void tensorsMayBeClosedTwice() throws ServingException {
    long before = engine.library().liveTensors();
    Tensor tensor = TestTensors.floats(half.allocator(), Shape.of(1), 1);
    assertEquals(before + 1, engine.library().liveTensors());
    tensor.close();
    tensor.close();
    assertEquals(before, engine.library().liveTensors());
  }
}
