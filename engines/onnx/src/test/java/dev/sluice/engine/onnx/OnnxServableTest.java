package dev.sluice.engine.onnx;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Loader;
import dev.sluice.engine.TestRun;
import dev.sluice.engine.TestTensors;
import dev.sluice.servable.Code;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.StoppableRun;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run does with a request that fits, and with one that does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OnnxServableTest {
  private static final String KEY = Signature.DEFAULT_KEY;

  /** Turns of a loop that nobody lives to see the end of. */
  private static final long ENDLESS = 1L << 50;

  private final OnnxEngine engine = new OnnxEngine();
  private final Map<String, Loader> loaders =
      Map.of(
          "wine", Models.loader(engine, "wine_tf2onnx"),
          "any", Models.loader(engine, "onnx/any_float"),
          "aliases", Models.loader(engine, "onnx/aliases"),
          "errors", Models.loader(engine, "onnx/runtime_errors"),
          "loop", Models.loader(engine, "onnx/loop"));
  private Servable wine;
  private Servable any;
  private Servable aliases;
  private Servable errors;
  private Servable loop;

  @BeforeAll
  void load() throws ServingException {
    wine = requireNonNull(loaders.get("wine")).load();
    any = requireNonNull(loaders.get("any")).load();
    aliases = requireNonNull(loaders.get("aliases")).load();
    errors = requireNonNull(loaders.get("errors")).load();
    loop = requireNonNull(loaders.get("loop")).load();
  }

  @AfterAll
  void unload() {
    loaders.values().forEach(Loader::unload);
    assertEquals(0, engine.liveTensors());
  }

  private static Tensor zeros(Servable servable, Shape shape) {
    return TestTensors.floats(
        servable.allocator(), shape, new float[Math.toIntExact(shape.elements())]);
  }

  @Test
  void otherRanksAndDimensionsThanDeclaredAreOrdinaryErrors() {
    for (Shape shape :
        List.of(
            Shape.scalar(), Shape.of(13), Shape.of(1, 1, 13), Shape.of(1, 12), Shape.of(0, 14))) {
      try (TestRun run = TestRun.of(wine, KEY).with("features", zeros(wine, shape)).on(wine)) {
        assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
        String text = run.failure().text();
        assertTrue(text.startsWith("Run of {name: wine_tf2onnx version: 1}: "), text);
        assertTrue(text.contains("for input: features"), text);
      }
    }
  }

  @Test
  void emptyBatchesHaveEmptyResults() {
    try (TestRun run =
        TestRun.of(wine, KEY).with("features", zeros(wine, Shape.of(0, 13))).on(wine)) {
      assertEquals(Shape.of(0, 3), run.output("probabilities").shape());
      assertEquals(0, run.output("probabilities").data().byteSize());
    }
  }

  @Test
  void whatAnOperationRefusesIsTheRequestsFault() {
    try (TestRun run = picked(7, 2)) {
      assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
      assertTrue(run.failure().text().contains("out of data bounds, idx=7"), run.failure().text());
    }
    try (TestRun run = picked(1, 2)) {
      assertArrayEquals(new float[] {2, 2}, TestTensors.floats(run.output("filled")));
    }
  }

  @Test
  void memoryThatIsNotToBeHadIsAnError() {
    try (TestRun run = picked(1, 1L << 40)) {
      assertEquals(Code.RESOURCE_EXHAUSTED, run.failure().code(), run.failure().text());
    }
    try (TestRun run = picked(1, 1L << 62)) {
      assertEquals(Code.INVALID_ARGUMENT, run.failure().code(), run.failure().text());
    }
    long elements = 1L << 58;
    assertThrows(
        OutOfMemoryError.class,
        () -> any.allocator().allocate(DataType.FLOAT, Shape.of(elements), elements * Float.BYTES));
  }

  private TestRun picked(long index, long count) {
    TensorAllocator allocator = errors.allocator();
    return TestRun.of(errors, KEY)
        .with("index", TestTensors.longs(allocator, Shape.scalar(), index))
        .with("shape", TestTensors.longs(allocator, Shape.of(1), count))
        .on(errors);
  }

  /** The model gives its input as an output, and reshapes it, and gives a weight. */
  @Test
  void outputsHaveMemoryOfTheirOwn() {
    Shape shape = Shape.of(2, 3);
    for (TensorAllocator allocator : List.of(aliases.allocator(), new NativeTensors())) {
      Tensor input = TestTensors.floats(allocator, shape, 1, 2, 3, 4, 5, 6);
      try (TestRun run = TestRun.of(aliases, KEY).with("x", input).on(aliases)) {
        input.data().fill((byte) -1);
        for (String output : List.of("x", "same", "reshaped", "unsqueezed", "dropped")) {
          assertArrayEquals(
              new float[] {1, 2, 3, 4, 5, 6}, TestTensors.floats(run.output(output)), output);
        }
        assertArrayEquals(new float[] {1, 2, 3}, TestTensors.floats(run.output("weight")));
      }
    }
  }

  @Test
  void inputsAreNotWrittenTo() {
    Tensor input = zeros(wine, Shape.of(1, 13));
    try (TestRun run = TestRun.of(wine, KEY).with("features", input).on(wine)) {
      assertEquals(Code.OK, run.code());
      assertArrayEquals(new float[13], TestTensors.floats(input));
    }
  }

  @Test
  void onlyWantedOutputsAreComputedInTheirOrder() {
    for (List<String> wanted :
        List.of(List.of("reshaped"), List.of("weight", "same"), List.of("x", "dropped", "same"))) {
      Tensor input = zeros(aliases, Shape.of(4, 1));
      try (TestRun run = TestRun.of(aliases, KEY, wanted).with("x", input).on(aliases)) {
        Tensor[] results = requireNonNull(run.results());
        assertEquals(wanted.size(), results.length);
        for (int i = 0; i < results.length; i++) {
          assertEquals(
              switch (wanted.get(i)) {
                case "reshaped" -> Shape.of(4);
                case "weight" -> Shape.of(3);
                default -> Shape.of(4, 1);
              },
              results[i].shape());
        }
      }
    }
  }

  @Test
  void noOutputAndTooManyAreRefused() {
    for (List<String> wanted : List.of(List.<String>of(), List.of("y", "y"))) {
      try (TestRun run = TestRun.of(any, KEY, wanted).with("x", zeros(any, Shape.of(1))).on(any)) {
        assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongTypesAreRefusedAndHarmNothing(DataType dtype) {
    for (TensorAllocator allocator : List.of(any.allocator(), new NativeTensors())) {
      Tensor tensor =
          dtype == DataType.STRING
              ? TestTensors.strings(allocator, Shape.of(2), "a", "b")
              : allocator.allocate(dtype, Shape.of(2), 2L * dtype.byteSize());
      tensor.data().fill((byte) 0);
      try (TestRun run = TestRun.of(any, KEY).with("x", tensor).on(any)) {
        if (dtype == DataType.FLOAT) {
          assertEquals(Code.OK, run.code());
        } else {
          assertEquals(
              "Input x of {name: onnx/any_float version: 1}: expected float, found "
                  + dtype.label(),
              run.failure().text());
          assertEquals(Code.INVALID_ARGUMENT, run.code());
        }
      }
    }
  }

  @Test
  void shapeThatDoesNotFitItsMemoryIsRefused() {
    for (Shape shape :
        List.of(
            Shape.of(3),
            Shape.of(-1),
            Shape.unknownRank(),
            Shape.of(1L << 40, 1L << 40),
            Shape.of(new long[Scratch.MAX_RANK + 1]))) {
      Tensor tensor = new NativeTensors().allocate(DataType.FLOAT, shape, 8);
      try (TestRun run = TestRun.of(any, KEY).with("x", tensor).on(any)) {
        assertEquals(Code.INVALID_ARGUMENT, run.failure().code());
        assertTrue(run.failure().text().contains("does not fit 8 bytes"), run.failure().text());
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> any.allocator().allocate(DataType.FLOAT, Shape.of(3), 11));
  }

  @Test
  void highRanksAreKept() {
    long[] ones = new long[Scratch.MAX_RANK];
    Arrays.fill(ones, 1);
    Tensor input = TestTensors.floats(any.allocator(), Shape.of(ones), 5);
    try (TestRun run = TestRun.of(any, KEY).with("x", input).on(any)) {
      assertEquals(Shape.of(ones), run.output("y").shape());
    }
  }

  @Test
  void bfloat16IsKept() throws ServingException {
    Loader loader = Models.loader(engine, "onnx/any_bfloat16");
    Servable servable = loader.load();
    for (TensorAllocator allocator : List.of(servable.allocator(), new NativeTensors())) {
      Tensor input = allocator.allocate(DataType.BFLOAT16, Shape.of(3), 6);
      short[] bits = {0x3f80, (short) 0xff80, 0x7fc1};
      input.data().copyFrom(MemorySegment.ofArray(bits));
      try (TestRun run = TestRun.of(servable, KEY).with("x", input).on(servable)) {
        assertEquals(DataType.BFLOAT16, run.output("y").dtype());
        assertArrayEquals(bits, run.output("y").data().toArray(ValueLayout.JAVA_SHORT));
      }
    }
    loader.unload();
  }

  private TestRun turns(long count) {
    return TestRun.of(loop, KEY)
        .with("count", TestTensors.longs(loop.allocator(), Shape.scalar(), count));
  }

  @Test
  void aRunThatNobodyWaitsForAnyMoreIsCutShort() throws Exception {
    try (ExecutorService lane = Executors.newSingleThreadExecutor();
        TestRun run = turns(ENDLESS)) {
      Future<TestRun> ended = lane.submit(() -> run.on(loop));
      run.abandonUnderWay();
      assertEquals(Code.CANCELLED, ended.get().code());
      assertEquals(
          "Nobody waited any more for the run of {name: onnx/loop version: 1}",
          run.failure().text());
      assertNull(run.stoppable());
    }
    try (TestRun next = turns(3)) {
      assertArrayEquals(new float[] {3}, TestTensors.floats(next.on(loop).output("sum")));
    }
  }

  @Test
  void aRunThatNobodyWaitedForDoesNotBegin() {
    try (TestRun run = turns(ENDLESS).abandoned().on(loop)) {
      assertEquals(Code.CANCELLED, run.code());
    }
  }

  /** The word may come when the run has ended and its thread has begun another. */
  @Test
  void aLateWordStopsNoOtherRun() throws Exception {
    AtomicReference<StoppableRun> late = new AtomicReference<>();
    try (ExecutorService canceller = Executors.newSingleThreadExecutor()) {
      AtomicBoolean over = new AtomicBoolean();
      Future<?> words =
          canceller.submit(
              () -> {
                while (!over.get()) {
                  StoppableRun run = late.get();
                  if (run != null) {
                    run.stopIfCancelled();
                  }
                }
              });
      for (int i = 0; i < 2_000; i++) {
        try (TestRun run = turns(i % 7)) {
          run.onStoppable(late::set).on(loop);
          assertArrayEquals(new float[] {i % 7}, TestTensors.floats(run.output("sum")));
        }
      }
      over.set(true);
      words.get();
    }
  }

  @Test
  void aUnionOfTheSignatureIsARunOfIt() {
    Signature own = requireNonNull(any.signatures().get(KEY));
    Tensor input = TestTensors.floats(any.allocator(), Shape.of(1), 4);
    try (TestRun run = TestRun.of(Signature.union(List.of(own, own))).with("x", input).on(any)) {
      assertArrayEquals(new float[] {4}, TestTensors.floats(run.output("y")));
    }
  }

  @Test
  void anotherServablesSignatureIsABug() {
    Signature others = requireNonNull(wine.signatures().get(KEY));
    for (Signature other : List.of(others, Signature.union(List.of(others)))) {
      try (TestRun run = TestRun.of(other)) {
        assertThrows(IllegalArgumentException.class, () -> any.run(run, run));
        assertEquals(0, run.completions());
      }
    }
  }

  @Test
  void tensorsMayBeClosedTwice() {
    long before = engine.liveTensors();
    Tensor tensor = zeros(any, Shape.of(1));
    assertEquals(before + 1, engine.liveTensors());
    tensor.close();
    tensor.close();
    assertEquals(before, engine.liveTensors());
  }
}
