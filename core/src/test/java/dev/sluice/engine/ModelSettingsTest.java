package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.engine.ModelSettings.Batching;
import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.engine.ModelSettings.Threads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelSettingsTest {
  private static final Declaration ONE = declaration("one");
  private static final Declaration OTHER = declaration("other");

  private static final ModelSettings ALL =
      new ModelSettings(
          "onnx",
          "a.onnx",
          Map.of("s", ONE, "t", ONE),
          new Threads(OptionalInt.of(1), OptionalInt.of(2), OptionalInt.of(3)),
          new Batching(Optional.of(false), OptionalInt.of(4), Optional.of(Duration.ofMillis(5))));

  private static Declaration declaration(String input) {
    return new Declaration(List.of(new TensorDeclaration(input, "", null, null)), List.of());
  }

  @Test
  void whatIsSaidGoesBeforeWhatIsBelow() {
    assertEquals(ALL, ModelSettings.NONE.over(ALL));
    assertEquals(ALL, ALL.over(ModelSettings.NONE));
    ModelSettings some =
        new ModelSettings(
            "pytorch",
            "",
            Map.of("t", OTHER, "u", OTHER),
            new Threads(OptionalInt.empty(), OptionalInt.of(7), OptionalInt.empty()),
            new Batching(Optional.of(true), OptionalInt.empty(), Optional.empty()));
    assertEquals(
        new ModelSettings(
            "pytorch",
            "a.onnx",
            Map.of("s", ONE, "t", OTHER, "u", OTHER),
            new Threads(OptionalInt.of(1), OptionalInt.of(7), OptionalInt.of(3)),
            new Batching(Optional.of(true), OptionalInt.of(4), Optional.of(Duration.ofMillis(5)))),
        some.over(ALL));
  }

  @Test
  void modelFileIsTheUsualOneUnlessNamed() {
    Path directory = Path.of("/m/1");
    assertEquals(Path.of("/m/1/model.onnx"), ModelSettings.NONE.file(directory, "model.onnx"));
    assertEquals(Path.of("/m/1/a.onnx"), ALL.file(directory, "model.onnx"));
  }

  @Test
  void engineGetsThreadsOfTheVersionAndOtherwiseTheFlags() {
    EngineOptions flags = new EngineOptions(Set.of("serve"), 8, 9);
    assertSame(flags, flags.of(ModelSettings.NONE));
    assertEquals(ModelSettings.NONE, flags.model());
    EngineOptions own = flags.of(ALL);
    assertEquals(1, own.intraOpThreads());
    assertEquals(2, own.interOpThreads());
    assertEquals(ALL, own.model());
    EngineOptions same =
        flags.of(new ModelSettings("", "a.onnx", Map.of(), Threads.UNSAID, Batching.UNSAID));
    assertEquals(8, same.intraOpThreads());
    assertEquals(9, same.interOpThreads());
  }
}
