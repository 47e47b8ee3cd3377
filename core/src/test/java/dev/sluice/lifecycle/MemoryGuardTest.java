package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemoryGuardTest {
  private static final long MIB = 1 << 20;

  private long free = 1000 * MIB;
  private long own = 100 * MIB;
  private long heap;
  private final MemoryGuard guard =
      new MemoryGuard(
          new MemoryCheck(() -> new MemoryReading(free, 2000 * MIB, own, heap), 100 * MIB));

  private static ModelVersion version(String model, long number) {
    return new ModelVersion(new ServableId(model, number), "fake", Path.of("/m/" + number));
  }

  private MemoryGuard.Load begin(String model, long mib) throws ServingException {
    ModelVersion version = version(model, 1);
    return guard.begin(version, mib * MIB, guard.needs(version, mib * MIB));
  }

  /** Loads a version that takes so much. */
  private void load(String model, long mib, long takesMib) throws ServingException {
    MemoryGuard.Load load = begin(model, mib);
    own += takesMib * MIB;
    load.ended(true);
  }

  private long needsMib(String model, long mib) {
    return guard.needs(version(model, 2), mib * MIB) / MIB;
  }

  @Test
  void aRefusalSaysWhatIsNeededAndWhatIsThere() throws ServingException {
    heap = 5000 * MIB;
    MemoryGuard.Load other = begin("other", 200);
    ServingException refusal = assertThrows(ServingException.class, () -> begin("m", 451));
    assertEquals(Code.RESOURCE_EXHAUSTED, refusal.code());
    assertEquals(
        "Not enough memory to load servable {name: m version: 1}: it needs about 451 MiB, and of"
            + " 2000 MiB 1000 are free, of which 200 are for loads under way, 250 for the heap and"
            + " 100 a reserve (--memory_reserve_mb); it is tried again when there is more",
        refusal.text());
    begin("m", 450).ended(false);
    other.ended(false);
    begin("m", 650).ended(false);
  }

  @Test
  void whatMakesNoDifferenceIsLetIn() throws ServingException {
    free = 0;
    begin("m", 32).ended(true);
    assertThrows(ServingException.class, () -> begin("m", 33));
    assertFalse(guard.fits(33 * MIB));
    free = 200 * MIB;
    assertTrue(guard.fits(33 * MIB));
  }

  @Test
  void theNextVersionNeedsWhatTheLastOneTook() throws ServingException {
    load("m", 100, 250);
    assertEquals(500, needsMib("m", 200));
    load("n", 100, 50);
    assertEquals(200, needsMib("n", 200), "an estimate is a lower bound");
    load("m", 100, 9000);
    assertEquals(400, needsMib("m", 100), "so much more is a mistake");
  }

  @Test
  void ofAModelThatIsNotKnownLargeOnesOfThePlatformTell() throws ServingException {
    load("small", 1, 60);
    assertEquals(10, needsMib("any", 10), "that was what a process does once");
    load("large", 100, 200);
    assertEquals(20, needsMib("any", 10));
  }

  @Test
  void loadsAtTheSameTimeTellNothing() throws ServingException {
    MemoryGuard.Load one = begin("one", 100);
    MemoryGuard.Load two = begin("two", 100);
    own += 400 * MIB;
    one.ended(true);
    two.ended(true);
    assertEquals(100, needsMib("one", 100));
    assertEquals(100, needsMib("two", 100));
  }

  @Test
  void withoutACheckEverythingFits() throws ServingException {
    MemoryGuard none = new MemoryGuard(MemoryCheck.NONE);
    none.begin(version("m", 1), Long.MAX_VALUE / 4, Long.MAX_VALUE / 4).ended(true);
  }
}
