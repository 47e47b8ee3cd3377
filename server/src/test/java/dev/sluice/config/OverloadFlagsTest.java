package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.batching.ClientWeights;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverloadFlagsTest {
  private static OverloadSettings parse(String... flags) throws ConfigException {
    return TestSettings.of(flags).overload();
  }

  @Test
  void defaults() throws ConfigException {
    assertEquals(
        new OverloadSettings(
            Duration.ofSeconds(10),
            Optional.empty(),
            ClientWeights.EQUAL,
            new OverloadSettings.Memory(true, 128L << 20)),
        parse());
  }

  @Test
  void allFlags() throws ConfigException {
    assertEquals(
        new OverloadSettings(
            Duration.ZERO,
            Optional.of("X-Client-Id"),
            new ClientWeights(Map.of("a", 4.0, "b=c", 0.5)),
            new OverloadSettings.Memory(false, 0)),
        parse(
            "--max_queue_ms=0",
            "--client_header=X-Client-Id",
            "--client_weights=a=4, b=c=0.5",
            "--memory_check=false",
            "--memory_reserve_mb=0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --max_queue_ms=-1|--max_queue_ms=-1: expected at least 0
          --client_header=a b|--client_header=a b: expected the name of a header, of letters, digits and _.- and not ending in -bin
          --client_header=x-Bin|--client_header=x-Bin: expected the name of a header, of letters, digits and _.- and not ending in -bin
          --client_weights=3|--client_weights=3: expected CLIENT=weight with weights from 0.001 to 1000, found a number without a client
          --client_weights=a=0|--client_weights: expected CLIENT=weight with weights from 0.001 to 1000, found 'a=0'
          --memory_reserve_mb=-5|--memory_reserve_mb=-5: expected a number from 0 to 1048576
          """)
  void badValues(String flag, String message) {
    ConfigException failure = assertThrows(ConfigException.class, () -> parse(flag));
    assertEquals(message, failure.text());
  }
}
