package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoaderFactoryTest {
  private static ModelVersion version(String platform) {
    return new ModelVersion(new ServableId("m", 3), platform, Path.of("/models/m/3"));
  }

  private static LoaderFactory.Choice choose(String platform, Engine... engines) {
    return new LoaderFactory(List.of(engines), EngineOptions.DEFAULT).choose(version(platform));
  }

  /** Takes versions of one platform only. */
  private record OnePlatform(String name, String takes, Loader loader) implements Engine {
    @Override
    public Optional<Loader> loaderFor(ModelVersion version, EngineOptions options) {
      assertSame(EngineOptions.DEFAULT, options);
      return version.platform().equals(takes) ? Optional.of(loader) : Optional.empty();
    }
  }

  private static OnePlatform engine(String name, String takes) {
    return new OnePlatform(name, takes, new NoLoader());
  }

  @Test
  void firstEngineThatTakesTheVersionIsChosen() {
    OnePlatform first = engine("a", "x");
    OnePlatform second = engine("b", "y");
    OnePlatform third = engine("c", "y");
    LoaderFactory.Choice.Found found =
        assertInstanceOf(LoaderFactory.Choice.Found.class, choose("y", first, second, third));
    assertSame(second.loader(), found.loader());
  }

  @Test
  void missingEngineIsNamedWithThoseThatAreThere() {
    LoaderFactory.Choice.None none =
        assertInstanceOf(
            LoaderFactory.Choice.None.class,
            choose("onnx", engine("tensorflow", "tensorflow"), engine("pytorch", "pytorch")));
    assertEquals(false, none.mayChange());
    assertEquals(Code.INVALID_ARGUMENT, none.reason().code());
    assertEquals(
        "Model m requests unsupported platform onnx (engines present: tensorflow, pytorch);"
            + " expected an engine of that name, such as the module sluice-engine-onnx, on the"
            + " class path",
        none.reason().text());
  }

  @Test
  void noEngineAtAllIsSaid() {
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, choose("tensorflow"));
    assertEquals(
        "Model m requests unsupported platform tensorflow (engines present: none); expected an"
            + " engine of that name, such as the module sluice-engine-tensorflow, on the class"
            + " path",
        none.reason().text());
  }

  @Test
  void engineThatDoesNotKnowTheFilesMayKnowThemLater() {
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, choose("onnx", engine("onnx", "other")));
    assertEquals(true, none.mayChange());
    assertEquals(
        "Engine onnx finds no model in its format for {name: m version: 3} at /models/m/3",
        none.reason().text());
  }

  /** Is only passed along. */
  private static final class NoLoader implements Loader {
    @Override
    public ResourceEstimate estimate() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Servable load() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unload() {
      throw new UnsupportedOperationException();
    }
  }
}
