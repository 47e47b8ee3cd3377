package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelServerCommandLineTest {
  private static final String BASE = "--model_base_path=/m";

  private static ModelServerCommandLine parse(String... arguments) throws ConfigException {
    return ModelServerCommandLine.parse(List.of(arguments));
  }

  @Test
  void defaultsAreTheReferences() throws ConfigException {
    ServerSettings settings = parse(BASE).options().settings();
    assertEquals(8500, settings.grpc().port());
    assertEquals(0, settings.rest().port());
    assertFalse(settings.grpc().healthService());
    assertFalse(settings.monitoring().enabled());
    assertFalse(settings.rest().console());
    assertTrue(parse(BASE, "--enable_console").options().settings().rest().console());
    assertTrue(ServeOptions.parse(BASE).settings().monitoring().enabled());
    assertEquals(List.of(), parse(BASE).options().warnings());
    assertTrue(settings.models().byReference());
    assertEquals(List.of("--http_port=1"), parse(BASE, "--http_port=1").leftOver());
  }

  @Test
  void givenFlagsWinOverDefaultsAndTheLastOneCounts() throws ConfigException {
    ServerSettings settings =
        parse(
                BASE,
                "--rest_api_port=1",
                "--rest_api_port=8501",
                "--enable_grpc_healthcheck_service")
            .options()
            .settings();
    assertEquals(8501, settings.rest().port());
    assertTrue(settings.grpc().healthService());
  }

  @Test
  void whatIsNoFlagIsLeftOver() throws ConfigException {
    ModelServerCommandLine line =
        parse(BASE, "--nothing=1", "--port", "9000", "-h", "--enable_batching", "--", "--port=1");
    assertEquals(List.of("--nothing=1", "--port", "9000", "-h", "--", "--port=1"), line.leftOver());
    assertEquals(8500, line.options().settings().grpc().port());
    assertEquals(BatchingMode.TFS, line.options().settings().batching().mode());
    assertFalse(line.helpRequested());
  }

  @Test
  void helpIsAskedForByTheFirstThatIsLeftOver() throws ConfigException {
    assertTrue(parse(BASE, "--help", "--nothing").helpRequested());
    assertFalse(parse("--nothing", "--help").helpRequested());
    assertTrue(parse("--version").options().versionRequested());
  }

  @Test
  void valuesThatCannotBeReadAreRefused() {
    for (String bad : List.of("--port=", "--port=x", "--enable_batching=yes", "--port=1.5")) {
      assertThrows(ConfigException.class, () -> parse(BASE, bad), bad);
    }
  }

  @Test
  void usageNamesFlagDefaultAndType() {
    String usage = ModelServerCommandLine.usage();
    assertTrue(usage.startsWith("usage: tensorflow_model_server\n"), usage);
    assertTrue(usage.contains("\t--rest_api_port=0 "), usage);
    assertTrue(usage.contains("\t--model_name=\"default\" "), usage);
    assertTrue(usage.contains("\t--model_repository=\"\" "), usage);
    assertTrue(usage.contains("\tbool\t"), usage);
  }
}
