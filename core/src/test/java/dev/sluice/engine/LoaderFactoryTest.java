package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderFactoryTest {
  @TempDir private Path directory;

  private static ModelVersion version(String platform) {
    return new ModelVersion(new ServableId("m", 3), platform, Path.of("/models/m/3"));
  }

  private static LoaderFactory.Choice choose(String platform, Engine... engines) {
    return new LoaderFactory(List.of(engines), EngineOptions.DEFAULT).choose(version(platform));
  }

  /** Has one more platform than its name, and one format. */
  private record OneFormat(String name, String other, String file, Loader loader)
      implements Engine {
    @Override
    public Set<String> platforms() {
      return Set.of(name, other);
    }

    @Override
    public boolean recognizes(Path directory) {
      return Files.exists(directory.resolve(file));
    }

    @Override
    public Loader loaderFor(ModelVersion version, EngineOptions options) {
      assertSame(EngineOptions.DEFAULT, options);
      return loader;
    }
  }

  private static OneFormat engine(String name, String other) {
    return new OneFormat(name, other, name + ".model", new NoLoader());
  }

  private LoaderFactory.Choice chooseByFiles(Engine... engines) {
    ModelVersion version =
        new ModelVersion(new ServableId("m", 3), ModelVersion.ANY_PLATFORM, directory);
    return new LoaderFactory(List.of(engines), EngineOptions.DEFAULT).choose(version);
  }

  private static void assertFound(OneFormat expected, LoaderFactory.Choice choice) {
    LoaderFactory.Choice.Found found = assertInstanceOf(LoaderFactory.Choice.Found.class, choice);
    assertSame(expected.loader(), found.loader());
  }

  @Test
  void engineOfThePlatformIsChosenWhateverTheFiles() {
    OneFormat first = engine("a", "x");
    OneFormat second = engine("b", "y");
    OneFormat third = engine("c", "y");
    assertFound(second, choose("y", first, second, third));
    assertFound(third, choose("c", first, second, third));
  }

  @Test
  void withoutPlatformTheFilesDecide() throws IOException {
    OneFormat first = engine("a", "x");
    OneFormat second = engine("b", "y");
    Files.createFile(directory.resolve("b.model"));
    assertFound(second, chooseByFiles(first, second));
  }

  @Test
  void directoryWithoutModelSaysWhatWasExpectedAndFound() throws IOException {
    Files.createFile(directory.resolve("notes.txt"));
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, chooseByFiles(engine("a", "x")));
    assertEquals(true, none.mayChange());
    assertEquals(Code.NOT_FOUND, none.reason().code());
    assertEquals(
        "No model found for {name: m version: 3} at "
            + directory
            + ": expected one of [model.json, model.onnx, model.pt, model.txt, model.ubj,"
            + " saved_model.pb], found notes.txt",
        none.reason().text());
  }

  @Test
  void knownFormatWithoutItsEngineNamesTheModule() throws IOException {
    Files.createFile(directory.resolve("model.onnx"));
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, chooseByFiles(engine("a", "x")));
    assertEquals(false, none.mayChange());
    assertEquals(
        "{name: m version: 3} at "
            + directory
            + " has a file model.onnx (engines present: a); expected an engine of that name, such"
            + " as the module sluice-engine-onnx, on the class path",
        none.reason().text());
  }

  @Test
  void missingEngineIsNamedWithThoseThatAreThere() {
    LoaderFactory.Choice.None none =
        assertInstanceOf(
            LoaderFactory.Choice.None.class,
            choose("onnx", engine("tensorflow", "x"), engine("pytorch", "y")));
    assertEquals(false, none.mayChange());
    assertEquals(Code.INVALID_ARGUMENT, none.reason().code());
    assertEquals(
        "Model m requests unsupported platform onnx (engines present: tensorflow, pytorch);"
            + " expected an engine of that name, such as the module sluice-engine-onnx, on the"
            + " class path",
        none.reason().text());
  }

  private static ModelSettings platform(String platform) {
    return new ModelSettings(
        platform, "", Map.of(), ModelSettings.Threads.UNSAID, ModelSettings.Batching.UNSAID);
  }

  private static LoaderFactory factory(SettingsSource settings, Engine... engines) {
    return new LoaderFactory(
        List.of(engines), EngineOptions.DEFAULT, settings, LoaderDecorator.NONE);
  }

  /** Takes the options that it is given, whatever they are. */
  private record AnyOptions(String name, AtomicReference<EngineOptions> given) implements Engine {
    @Override
    public boolean recognizes(Path directory) {
      return true;
    }

    @Override
    public Loader loaderFor(ModelVersion version, EngineOptions options) {
      given.set(options);
      return new NoLoader();
    }
  }

  @Test
  void settingsMayNameThePlatform() {
    AnyOptions first = new AnyOptions("a", new AtomicReference<>());
    AnyOptions second = new AnyOptions("b", new AtomicReference<>());
    LoaderFactory factory = factory(version -> platform("b"), first, second);
    assertInstanceOf(LoaderFactory.Choice.Found.class, factory.choose(version("")));
    assertEquals(EngineOptions.DEFAULT.of(platform("b")), second.given().get());
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, factory.choose(version("a")));
    assertEquals(
        "{name: m version: 3} has platform a by the configuration, but its own settings say b",
        none.reason().text());
  }

  @Test
  void settingsThatCannotBeReadMayBeRepaired() {
    LoaderFactory factory =
        factory(
            version -> {
              throw ServingException.invalidArgument("sluice.yaml:1:1: no");
            },
            engine("a", "x"));
    LoaderFactory.Choice.None none =
        assertInstanceOf(LoaderFactory.Choice.None.class, factory.choose(version("a")));
    assertEquals("sluice.yaml:1:1: no", none.reason().text());
    assertEquals(true, none.mayChange());
  }

  @Test
  void namesOfOtherServersLeadToTheModule() {
    LoaderFactory.Choice.None none =
        assertInstanceOf(
            LoaderFactory.Choice.None.class, choose("onnxruntime_onnx", engine("a", "x")));
    assertEquals(
        "Model m requests unsupported platform onnxruntime_onnx (engines present: a); expected an"
            + " engine of that name, such as the module sluice-engine-onnx, on the class path",
        none.reason().text());
    LoaderFactory.Choice.None unheardOf =
        assertInstanceOf(
            LoaderFactory.Choice.None.class, choose("tensorrt_plan", engine("a", "x")));
    assertEquals(
        "Model m requests unsupported platform tensorrt_plan (engines present: a); expected"
            + " another: no module of Sluice has that one",
        unheardOf.reason().text());
  }

  @Test
  void aDirectoryIsAModelIfAnyFormatIsKnownInIt() throws IOException {
    LoaderFactory factory = factory(SettingsSource.NOTHING, engine("a", "x"));
    assertEquals(false, factory.isModel(directory));
    Path own = Files.createDirectory(directory.resolve("own"));
    Files.createFile(own.resolve("a.model"));
    assertEquals(true, factory.isModel(own));
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.createFile(other.resolve("model.onnx"));
    assertEquals(true, factory.isModel(other), "there is no engine for it, which will be said");
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
