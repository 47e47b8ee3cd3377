package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DemoOptionsTest {
  @Test
  void itsOwnFlagsAndThoseOfServeAreRead() throws ConfigException {
    DemoOptions options =
        DemoOptions.parse(List.of("--models=/m", "--once", "--port=1", "--rest_api_port=2"));
    assertTrue(options.once());
    assertEquals(Path.of("/m/digits"), options.model());
    assertEquals(Path.of("/n/digits"), DemoOptions.parse(List.of("--models", "/n")).model());
    assertEquals(1, options.serve().settings().grpc().port());
    assertEquals(2, options.serve().settings().rest().port());
    assertFalse(options.serve().helpRequested());
  }

  /** Also behind what the launcher puts before it. */
  @Test
  void helpIsAsked() throws ConfigException {
    assertTrue(DemoOptions.parse(List.of("--models=/m", "--help")).serve().helpRequested());
    for (String flag : List.of("--once", "--port", "--rest_api_port", "--models")) {
      assertTrue(DemoOptions.USAGE.contains("  " + flag), flag);
    }
  }

  @Test
  void whatIsUnknownIsNamed() {
    for (String flag : List.of("--onec", "--models", "digits")) {
      ConfigException failure =
          assertThrows(ConfigException.class, () -> DemoOptions.parse(List.of(flag)));
      assertTrue(failure.text().contains(flag), failure::text);
    }
  }
}
