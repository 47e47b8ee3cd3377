package dev.sluice.api.oip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedMemoryTest {
  @TempDir private Path directory;

  @Test
  void aKeyThatCanBeNoFileIsRefusedByTheRegionsName() {
    ServingException failure =
        assertThrows(
            ServingException.class,
            () ->
                new SharedMemory(directory)
                    .register(new SharedMemory.Region("r", "/half\ud800", 0, 1)));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(failure.text().startsWith("Shared memory region r, key \"/half"), failure.text());
  }
}
