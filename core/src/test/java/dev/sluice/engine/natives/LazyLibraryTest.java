package dev.sluice.engine.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LazyLibraryTest {
  @Test
  void isLoadedOnceAndNotBeforeItIsNeeded() throws ServingException {
    AtomicInteger loads = new AtomicInteger();
    LazyLibrary<Object> library =
        new LazyLibrary<>(
            () -> {
              loads.incrementAndGet();
              return new Object();
            });
    assertEquals(Optional.empty(), library.ifLoaded());
    Object first = library.get();
    assertSame(first, library.get());
    assertSame(first, library.ifLoaded().orElseThrow());
    assertEquals(1, loads.get());
  }

  @Test
  void aFailedLoadIsTriedAgain() throws ServingException {
    AtomicInteger tries = new AtomicInteger();
    LazyLibrary<String> library =
        new LazyLibrary<>(
            () -> {
              if (tries.incrementAndGet() == 1) {
                throw new ServingException(Code.FAILED_PRECONDITION, "disk full");
              }
              return "there";
            });
    assertThrows(ServingException.class, library::get);
    assertEquals(Optional.empty(), library.ifLoaded());
    assertEquals("there", library.get());
  }
}
