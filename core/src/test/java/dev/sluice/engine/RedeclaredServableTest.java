package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import dev.sluice.testing.CountingAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedeclaredServableTest {
  private static final ServableId ID = new ServableId("m", 3);

  private final TwoInputs model = new TwoInputs();

  @AfterEach
  void givesAllBack() {
    model.fallback.close();
    assertEquals(0, model.memory.open());
  }

  private static TensorDeclaration tensor(String name, String rename) {
    return new TensorDeclaration(name, rename, null, null);
  }

  private Servable declared(Declaration declaration) throws ServingException {
    return RedeclaredServable.of(ID, model, Map.of(Signature.DEFAULT_KEY, declaration));
  }

  private String refusal(Declaration declaration) {
    ServingException failure = assertThrows(ServingException.class, () -> declared(declaration));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    return failure.text();
  }

  private String inputRefusal(TensorDeclaration... inputs) {
    return refusal(new Declaration(List.of(inputs), List.of()));
  }

  private Tensor number(float value) {
    return TestTensors.floats(model.memory, Shape.of(1), value);
  }

  /** Renamed so that the order by name is the other way round. */
  private Servable swapped() throws ServingException {
    return declared(
        new Declaration(
            List.of(tensor("a", "z"), tensor("b", "c")),
            List.of(tensor("difference", "less"), tensor("first", "before"))));
  }

  @Test
  void tensorsGoByTheirNewNames() throws ServingException {
    Servable servable = swapped();
    Signature signature = signature(servable);
    assertEquals(List.of("c", "z"), names(signature.inputs()));
    assertEquals(List.of("before", "less"), names(signature.outputs()));
    assertEquals("b:0", signature.inputs().getFirst().nativeName());
    assertEquals(Map.of(), servable.metadata(), "it has the old names");
    try (TestRun run =
        TestRun.of(servable, Signature.DEFAULT_KEY, List.of("less", "before"))
            .with("z", number(7))
            .with("c", number(2))
            .on(servable)) {
      assertArrayEquals(new float[] {5}, TestTensors.floats(run.output("less")));
      assertArrayEquals(new float[] {7}, TestTensors.floats(run.output("before")));
    }
    assertTrue(servable.isShapeBound(signature));
    assertFalse(servable.isStateful(signature));
  }

  @Test
  void defaultsKeepTheirInput() throws ServingException {
    Signature signature = signature(swapped());
    assertSame(model.fallback, signature.defaultValue(signature.inputIndex("c")));
    assertEquals(null, signature.defaultValue(signature.inputIndex("z")));
  }

  @Test
  void unionsRunAsTheEnginesOwn() throws ServingException {
    Servable servable = swapped();
    try (TestRun run =
        TestRun.of(Signature.union(List.of(signature(servable))))
            .with("a:0", number(7))
            .with("b:0", number(2))
            .on(servable)) {
      assertArrayEquals(new float[] {5}, TestTensors.floats(run.output("d:0")));
    }
  }

  @Test
  void theDeclaredShapeIsShown() throws ServingException {
    Servable servable =
        declared(
            new Declaration(
                List.of(new TensorDeclaration("a", "", DataType.FLOAT, Shape.of(1))), List.of()));
    assertEquals(Shape.of(1), signature(servable).inputs().getFirst().shape());
    assertEquals(DataType.FLOAT, signature(servable).inputs().getFirst().dtype());
  }

  @Test
  void whatIsNoNewsChangesNothing() throws ServingException {
    assertSame(
        model,
        declared(
            new Declaration(
                List.of(new TensorDeclaration("a", "a", DataType.FLOAT, Shape.of(-1))),
                List.of())));
  }

  @Test
  void whatTheModelDoesNotHaveIsRefused() {
    String of = " of signature serving_default of {name: m version: 3} ";
    assertEquals(
        "Input x" + of + "is declared, but the model has [a, b]", inputRefusal(tensor("x", "")));
    assertEquals(
        "Output x" + of + "is declared, but the model has [difference, first]",
        refusal(new Declaration(List.of(), List.of(tensor("x", "")))));
    assertEquals(
        "Input a" + of + "is declared as int64, but the model has float",
        inputRefusal(new TensorDeclaration("a", "", DataType.INT64, null)));
    assertEquals(
        "Input a" + of + "is declared with shape [?,2], but the model has [?]",
        inputRefusal(new TensorDeclaration("a", "", null, Shape.of(-1, 2))));
    assertEquals("Input b" + of + "is the name of two of them", inputRefusal(tensor("a", "b")));
  }

  @Test
  void theDefaultKeyStandsForAnOnlySignature() throws ServingException {
    Declaration renamed = new Declaration(List.of(tensor("a", "c")), List.of());
    model.key = "predict";
    assertEquals(
        List.of("b", "c"),
        names(declared(renamed).signatures().values().iterator().next().inputs()));
    ServingException failure =
        assertThrows(
            ServingException.class,
            () -> RedeclaredServable.of(ID, model, Map.of("train", renamed)));
    assertEquals(
        "Signature train is declared for {name: m version: 3}, which has [predict]",
        failure.text());
  }

  @Test
  void aRefusedDeclarationLeavesNothingLoaded() throws ServingException {
    ModelSettings settings =
        new ModelSettings(
            "",
            "",
            Map.of("train", new Declaration(List.of(), List.of())),
            ModelSettings.Threads.UNSAID,
            ModelSettings.Batching.UNSAID);
    Loader loader = RedeclaringLoader.of(ID, new OneLoader(model), settings);
    assertThrows(ServingException.class, loader::load);
    assertEquals(List.of("load", "close", "unload"), model.events);
  }

  private static Signature signature(Servable servable) {
    Signature signature = servable.signatures().get(Signature.DEFAULT_KEY);
    assertNotNull(signature);
    return signature;
  }

  private static List<String> names(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).toList();
  }

  /** Gives a, and a less b. */
  private static final class TwoInputs implements Servable {
    final CountingAllocator memory = new CountingAllocator();
    final Tensor fallback = TestTensors.floats(memory, Shape.of(1), 0);
    final List<String> events = new ArrayList<>();
    String key = Signature.DEFAULT_KEY;
    private final Signature signature =
        new Signature(
            "s",
            "",
            List.of(spec("a"), spec("b")),
            List.of(
                new TensorSpec("difference", DataType.FLOAT, false, Shape.of(-1), "d:0"),
                spec("first")),
            Map.of("b", fallback));

    private static TensorSpec spec(String name) {
      return new TensorSpec(name, DataType.FLOAT, false, Shape.of(-1), name + ":0");
    }

    @Override
    public Map<String, Signature> signatures() {
      return Map.of(
          key,
          new Signature(key, "", signature.inputs(), signature.outputs(), signature.defaults()));
    }

    @Override
    public Map<String, byte[]> metadata() {
      return Map.of("signature_def", new byte[1]);
    }

    @Override
    public boolean isShapeBound(Signature asked) {
      return asked.inputIndex("a") == 0;
    }

    @Override
    public boolean isStateful(Signature asked) {
      return asked.inputIndex("a") != 0;
    }

    @Override
    public TensorAllocator allocator() {
      return memory;
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      Tensor[] outputs = new Tensor[request.outputs().length];
      for (int i = 0; i < outputs.length; i++) {
        String output = request.signature().outputs().get(request.outputs()[i]).nativeName();
        float first = value(request, "a:0");
        outputs[i] =
            TestTensors.floats(
                memory,
                Shape.of(1),
                output.equals("first:0") ? first : first - value(request, "b:0"));
      }
      completion.succeeded(outputs);
    }

    private static float value(RunRequest request, String nativeName) {
      List<TensorSpec> inputs = request.signature().inputs();
      for (int i = 0; i < inputs.size(); i++) {
        Tensor input = request.input(i);
        if (inputs.get(i).nativeName().equals(nativeName) && input != null) {
          return TestTensors.floats(input)[0];
        }
      }
      throw new AssertionError("no input " + nativeName);
    }

    @Override
    public void close() {
      events.add("close");
    }
  }

  private record OneLoader(TwoInputs model) implements Loader {
    @Override
    public ResourceEstimate estimate() {
      return new ResourceEstimate(1);
    }

    @Override
    public Servable load() {
      model.events.add("load");
      return model;
    }

    @Override
    public void unload() {
      model.events.add("unload");
    }
  }
}
