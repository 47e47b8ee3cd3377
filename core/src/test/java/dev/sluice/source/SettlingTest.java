package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlingTest {
  @TempDir private Path base;

  /** Time stands still but for this. */
  private Duration later = Duration.ZERO;

  /** By what the wall clock was set. */
  private Duration step = Duration.ZERO;

  /** Well before the files' times: the kernel's are those of its last tick, not of now. */
  private final Instant start = Instant.now().minus(Settling.QUIET);

  private final Settling settling =
      new Settling(() -> start.plus(later).plus(step), () -> later.toNanos());
  private Path version = Path.of("");

  @BeforeEach
  void nothingIsThereAtTheFirstLook() {
    version = base.resolve("3");
    assertTrue(settling.begin(model(base)));
  }

  /** Each look comes one gap after the last. */
  private Set<Path> look(Path... versions) {
    later = later.plus(Settling.GAP);
    return settling.whole(model(base), List.of(versions), settling.begin(model(base)));
  }

  private static WatchedModel model(Path basePath) {
    return new WatchedModel("m", basePath, "tensorflow", new VersionSelection.All());
  }

  private void write(String name, String content) throws IOException {
    Files.createDirectories(version);
    Files.writeString(version.resolve(name), content);
  }

  @Test
  void aVersionThatIsBeingWrittenIsNotWholeUntilItIsTheSameTwice() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    write("variables", "v");
    assertEquals(Set.of(), look(version));
    write("variables", "values");
    assertEquals(Set.of(), look(version));
    assertEquals(Set.of(version), look(version));
    write("variables", "changed later, which is no copy under way");
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void aModelThatNobodyNamedMustSettleEvenAtItsFirstLook() throws IOException {
    write("saved_model.pb", "graph");
    VersionFinder finder = new VersionFinder(settling);
    VersionSelection latest = VersionSelection.DEFAULT;
    assertEquals(1, found(finder, new WatchedModel("named", base, "", latest)));
    WatchedModel arriving = new WatchedModel("arriving", base, "", latest, true);
    assertEquals(0, found(finder, arriving));
    later = later.plus(Settling.GAP);
    assertEquals(1, found(finder, arriving));
  }

  private static int found(VersionFinder finder, WatchedModel model) {
    AspiredVersions wish = finder.look(model).wish();
    return wish == null ? -1 : wish.versions().size();
  }

  @Test
  void twoLooksInQuickSuccessionAreNotTwo() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    Duration now = later;
    later = now.plus(Settling.GAP).minusNanos(1).minus(Settling.GAP);
    assertEquals(Set.of(), look(version));
    later = now;
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void modelsOfOneBasePathDoNotShareTheirLooks() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    WatchedModel other = new WatchedModel("other", base, "tensorflow", new VersionSelection.All());
    assertTrue(settling.begin(other));
    assertEquals(Set.of(), settling.whole(other, List.of(version), false), "its own first record");
    assertEquals(Set.of(version), settling.whole(other, List.of(version), true));
    assertEquals(Set.of(version), look(version));
    assertEquals(Set.of(), settling.whole(other, List.of(), false), "sees less of it");
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void anEmptyDirectoryIsNotWholeEither() throws IOException {
    Files.createDirectory(version);
    assertEquals(Set.of(), look(version));
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void whatNobodyHasTouchedForAWhileIsWholeAtOnce() throws IOException {
    Path elsewhere = Files.createDirectory(base.resolve("prepared"));
    Files.writeString(elsewhere.resolve("saved_model.pb"), "graph");
    later = Settling.QUIET.plus(Duration.ofHours(1));
    Files.move(elsewhere, version);
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void aVersionThatNeverComesToRestIsTakenInTheEnd() throws IOException {
    write("log", "");
    assertEquals(Set.of(), look(version));
    write("log", "1");
    later = Settling.QUIET.dividedBy(2);
    assertEquals(Set.of(), look(version));
    Settling patient =
        new Settling(
            () -> start.minus(Settling.PATIENCE).minusSeconds(1).plus(later),
            () -> later.toNanos());
    assertTrue(patient.begin(model(base)));
    later = Duration.ZERO;
    assertEquals(Set.of(), patient.whole(model(base), List.of(version), false));
    write("log", "22");
    later = Settling.PATIENCE.plusSeconds(1).plusNanos(1);
    assertEquals(Set.of(version), patient.whole(model(base), List.of(version), false));
  }

  @Test
  void aClockThatIsSetBackHoldsUpNoVersion() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    step = Duration.ofHours(-1);
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void aVersionThatWentAndCameBackIsLookedAtAnew() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(Set.of(), look(version));
    assertEquals(Set.of(version), look(version));
    assertEquals(Set.of(), look());
    assertEquals(Set.of(), look(version));
    assertEquals(Set.of(version), look(version));
  }

  @Test
  void whatIsThereAtTheFirstLookIsWhole() throws IOException {
    write("saved_model.pb", "graph");
    Path other = base.resolve("other");
    assertTrue(settling.begin(model(other)));
    assertEquals(Set.of(version), settling.whole(model(other), List.of(version), true));
    assertFalse(settling.begin(model(other)));
    settling.retain(List.of(model(base)));
    assertTrue(settling.begin(model(other)), "forgotten");
  }
}
