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
import java.util.concurrent.atomic.AtomicBoolean;
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
    return guard.begin(version(model, 1), mib * MIB);
  }

  /** Loads a version that takes so much. */
  private void load(String model, long mib, long takesMib) throws ServingException {
    MemoryGuard.Load load = begin(model, mib);
    own += takesMib * MIB;
    load.ended(true);
  }

  /** Has the engine of the platform begun. */
  private void loadFirst() throws ServingException {
    load("first", 1, 70);
  }

  /** Returns what a version is expected to need, which is not negligible. */
  private long needsMib(String model, long mib) throws ServingException {
    long before = free;
    free = 0;
    try {
      ServingException refusal =
          assertThrows(ServingException.class, () -> guard.begin(version(model, 2), mib * MIB));
      return Long.parseLong(refusal.text().replaceFirst(".*about (\\d+) MiB.*", "$1"));
    } finally {
      free = before;
    }
  }

  @Test
  void aLoadThatHasSucceededIsNotLostForWhatCannotBeLearnedOfIt() throws ServingException {
    AtomicBoolean fails = new AtomicBoolean();
    MemoryGuard failing =
        new MemoryGuard(
            new MemoryCheck(
                () -> {
                  if (fails.get()) {
                    throw new OutOfMemoryError("no heap for it");
                  }
                  return new MemoryReading(free, 2000 * MIB, own, heap);
                },
                100 * MIB));
    MemoryGuard.Load load = failing.begin(version("m", 1), 800 * MIB);
    fails.set(true);
    load.ended(true);
    fails.set(false);
    failing.begin(version("m", 2), 800 * MIB).ended(false); // nothing is under way any more
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
    assertFalse(guard.fits(version("m", 1), 33 * MIB));
    free = 200 * MIB;
    assertTrue(guard.fits(version("m", 1), 33 * MIB));
  }

  @Test
  void theNextVersionNeedsWhatTheLastOneTook() throws ServingException {
    loadFirst();
    load("m", 100, 250);
    assertEquals(500, needsMib("m", 200));
    load("n", 100, 50);
    assertEquals(200, needsMib("n", 200), "an estimate is a lower bound");
    load("m", 100, 9000);
    assertEquals(400, needsMib("m", 100), "so much more is a mistake");
  }

  @Test
  void whatTheHeapGrowsByIsNotTheModels() throws ServingException {
    loadFirst();
    heap = 500 * MIB;
    MemoryGuard.Load load = begin("m", 100);
    own += 250 * MIB;
    heap -= 100 * MIB;
    load.ended(true);
    assertEquals(150, needsMib("m", 100));
  }

  @Test
  void aPlatformsFirstLoadTellsNothing() throws ServingException {
    load("m", 600, 1200);
    assertEquals(100, needsMib("m", 100));
    assertEquals(100, needsMib("any", 100));
    load("m", 600, 1200);
    assertEquals(200, needsMib("m", 100));
    assertEquals(200, needsMib("any", 100));
  }

  @Test
  void ofAModelThatIsNotKnownLargeOnesOfThePlatformTell() throws ServingException {
    loadFirst();
    load("small", 64, 211);
    assertEquals(100, needsMib("any", 100), "that may be what requests have taken meanwhile");
    load("large", 512, 1024);
    assertEquals(200, needsMib("any", 100));
  }

  private int looksUntilLetIn(String model, long mib) {
    int looks = 1;
    while (!guard.fits(version(model, 1), mib * MIB)) {
      looks++;
      assertTrue(looks < 10_000);
    }
    return looks;
  }

  @Test
  void whatWasLearnedKeepsNoModelOutForEver() throws ServingException {
    loadFirst();
    load("large", 512, 4 * 512);
    assertEquals(800, needsMib("m", 200));
    free = 450 * MIB; // of which a reserve of 100 is taken
    assertEquals(2 * LoadGrowth.LOOKS + 1, looksUntilLetIn("m", 200), "four times, 2.5, 1.75");
    begin("m", 200).ended(false);
    assertEquals(800, needsMib("other", 200), "that says nothing of others");
    free = 300 * MIB;
    looksUntilLetIn("m", 200);
    load("m", 200, 700);
    assertEquals(700, needsMib("m", 200), "it was true");
  }

  @Test
  void whatHasNoMemoryByItsEstimateLearnsNothingFromLooks() throws ServingException {
    loadFirst();
    load("large", 512, 4 * 512);
    free = 250 * MIB;
    for (int i = 0; i < 10 * LoadGrowth.LOOKS; i++) {
      assertFalse(guard.fits(version("m", 1), 200 * MIB));
    }
    assertEquals(800, needsMib("m", 200));
  }

  @Test
  void loadsAtTheSameTimeTellNothing() throws ServingException {
    loadFirst();
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
    none.begin(version("m", 1), Long.MAX_VALUE / 4).ended(true);
  }
}
