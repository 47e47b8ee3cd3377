package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Most tests let the source look only when models are set, so that nothing is left to chance. */
@Timeout(60)
class FileSystemSourceTest {
  @TempDir Path directory;

  private final List<AspiredVersions> reports = new CopyOnWriteArrayList<>();
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  /** Without a period, one look is all there is: it may take as long as a busy machine needs. */
  private FileSystemSource source(Duration period) {
    return period.isPositive()
        ? new FileSystemSource(period, warnings::add)
        : new FileSystemSource(
            period, warnings::add, new VersionFinder(null)::look, Duration.ofMinutes(1));
  }

  private WatchedModel model(String name, VersionSelection selection) {
    return new WatchedModel(name, directory.resolve(name), "tensorflow", selection);
  }

  private WatchedModel all(String name) {
    return model(name, new VersionSelection.All());
  }

  private void versions(String model, String... names) {
    try {
      Files.createDirectories(directory.resolve(model));
      for (String name : names) {
        Files.createDirectory(directory.resolve(model).resolve(name));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Sets models, waits for the look, and returns what it reported, as "m [1, 2]". */
  private List<String> look(FileSystemSource source, WatchedModel... models)
      throws InterruptedException {
    reports.clear();
    source.setModels(List.of(models));
    source.awaitLook();
    return describe(reports);
  }

  private static List<String> describe(List<AspiredVersions> reports) {
    List<String> texts = new ArrayList<>();
    for (AspiredVersions report : reports) {
      texts.add(
          report.model() + " " + report.versions().stream().map(v -> v.id().version()).toList());
    }
    return texts;
  }

  @Test
  void reportsTheWishOfEveryModelInOrder() throws Exception {
    versions("a", "1", "2", "junk");
    versions("b", "7");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("a [1, 2]", "b [7]"), look(source, all("a"), all("b")));
      ModelVersion version = reports.getLast().versions().getFirst();
      assertEquals("tensorflow", version.platform());
      assertEquals(directory.resolve("b/7"), version.path());
      assertEquals(List.of(), warnings);
    }
  }

  @Test
  void baseDirectoryThatIsAModelIsItsVersionOne() throws Exception {
    Path base = Files.createDirectory(directory.resolve("a"));
    try (FileSystemSource source =
        new FileSystemSource(
            Duration.ZERO,
            warnings::add,
            new VersionFinder(null, path -> Files.exists(path.resolve("model.onnx")))::look,
            Duration.ofMinutes(1))) {
      source.start(reports::add);
      assertEquals(List.of("a []"), look(source, all("a")));
      assertEquals(1, warnings.size());
      Files.createFile(base.resolve("model.onnx"));
      assertEquals(List.of("a [1]"), look(source, all("a")));
      assertEquals(base, reports.getLast().versions().getFirst().path());
      versions("a", "7");
      assertEquals(List.of("a [7]"), look(source, all("a")), "numbered ones go before it");
      assertEquals(1, warnings.size());
    }
  }

  @Test
  void removedModelIsReportedEmptyOnce() throws Exception {
    versions("a", "1");
    versions("b", "1");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      look(source, all("a"), all("b"));
      assertEquals(List.of("a []", "b [1]"), look(source, all("b")));
      assertEquals(List.of("b [1]"), look(source, all("b")));
      assertEquals(List.of("a [1]", "b [1]"), look(source, all("a"), all("b")));
    }
  }

  @Test
  void changedSelectionCountsAtOnce() throws Exception {
    versions("a", "1", "2");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("a [2]"), look(source, model("a", VersionSelection.DEFAULT)));
      assertEquals(
          List.of("a [1]"), look(source, model("a", new VersionSelection.Specific(List.of(1L)))));
    }
  }

  @Test
  void missingBasePathConcernsItsModelOnlyAndIsNamedOnce() throws Exception {
    versions("b", "1");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("b [1]"), look(source, all("a"), all("b")));
      String warning =
          "Could not find base path %s for servable a with error java.nio.file.NoSuchFileException: %s"
              .formatted(directory.resolve("a"), directory.resolve("a"));
      assertEquals(List.of(warning), warnings);
      assertEquals(Map.of("a", warning), source.awaitLook());
      look(source, all("a"), all("b"));
      assertEquals(List.of(warning), warnings, "the same error is no news");
      versions("a", "3");
      assertEquals(List.of("a [3]", "b [1]"), look(source, all("a"), all("b")));
      assertEquals(Map.of(), source.awaitLook());
      Files.move(directory.resolve("a"), directory.resolve("gone"));
      assertEquals(List.of("b [1]"), look(source, all("a"), all("b")));
      assertEquals(List.of(warning, warning), warnings);
    }
  }

  @Test
  void otherErrorIsNews() throws Exception {
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      look(source, all("a"));
      Files.createFile(directory.resolve("a"));
      look(source, all("a"));
      assertEquals(2, warnings.size());
      assertTrue(warnings.getLast().contains("NotDirectoryException"), warnings.getLast());
    }
  }

  @Test
  void emptyBasePathIsAnEmptyWishAndOneWarning() throws Exception {
    versions("a", "v1");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("a []"), look(source, all("a")));
      look(source, all("a"));
      assertEquals(
          List.of(
              "No versions of servable a found under base path "
                  + directory.resolve("a")
                  + ". Did you forget to name your leaf directory as a number (eg. '/1/')?"),
          warnings);
    }
  }

  @Test
  void specificVersionsAreFoundByNameOrByNumber() throws Exception {
    versions("a", "1", "002");
    VersionSelection both = new VersionSelection.Specific(List.of(1L, 2L));
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("a [1, 2]"), look(source, model("a", both)));
      versions("a", "2");
      assertEquals(List.of("a [1, 2]"), look(source, model("a", both)));
      assertEquals(directory.resolve("a/2"), reports.getLast().versions().getLast().path());
      assertEquals(List.of(), warnings);
    }
  }

  @Test
  void missingSpecificVersionsAreNamed() throws Exception {
    versions("a", "1");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(
          List.of("a [1]"),
          look(source, model("a", new VersionSelection.Specific(List.of(1L, 5L)))));
      assertEquals(
          List.of(
              "Version 5 of servable a is wanted but was not found under base path "
                  + directory.resolve("a")),
          warnings);
      warnings.clear();
      assertEquals(
          List.of("a []"), look(source, model("a", new VersionSelection.Specific(List.of()))));
      assertEquals(1, warnings.size());
    }
  }

  @Test
  void sameNumberTwiceIsNamed() throws Exception {
    versions("a", "5", "05");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.start(reports::add);
      assertEquals(List.of("a [5]"), look(source, all("a")));
      assertEquals(directory.resolve("a/5"), reports.getLast().versions().getFirst().path());
      assertEquals(
          List.of(
              "Servable a: "
                  + directory.resolve("a/05")
                  + " is ignored, another directory has the same version number"),
          warnings);
    }
  }

  @Test
  void periodicLooksFindWhatChanges() throws Exception {
    versions("a", "1");
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    try (FileSystemSource source = source(Duration.ofMillis(1))) {
      source.setModels(List.of(all("a")));
      source.start(queue::add);
      awaitReport(queue, "a [1]");
      awaitReport(queue, "a [1]");
      versions("a", "2");
      awaitReport(queue, "a [1, 2]");
    }
  }

  private static void awaitReport(BlockingQueue<AspiredVersions> queue, String expected)
      throws InterruptedException {
    @Nullable AspiredVersions report;
    do {
      report = queue.poll(30, TimeUnit.SECONDS);
      assertTrue(report != null, "nothing was reported any more");
    } while (!describe(List.of(report)).equals(List.of(expected)));
  }

  /** The files' own times are too young: only that nothing changed can say that it is whole. */
  @Test
  void aVersionThatAppearsLaterNeedsTwoLooks() throws Exception {
    versions("a", "1");
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    try (FileSystemSource source = source(Duration.ofMillis(1))) {
      source.setModels(List.of(all("a")));
      source.start(queue::add);
      awaitReport(queue, "a [1]");
      Path second = directory.resolve("a/2");
      Files.createDirectory(second);
      for (int i = 0; i < 50; i++) {
        Files.writeString(second.resolve("part" + i), "x".repeat(i));
      }
      awaitReport(queue, "a [1, 2]");
      assertEquals(List.of(), warnings);
    }
  }

  /** A model that is switched to a version that is still young keeps what it has until then. */
  @Test
  void aWishForWhatIsNotWholeYetLeavesTheLastOneInForce() throws Exception {
    versions("a", "1");
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    try (FileSystemSource source = source(Duration.ofMillis(1))) {
      source.setModels(List.of(model("a", new VersionSelection.Specific(List.of(1L)))));
      source.start(queue::add);
      awaitReport(queue, "a [1]");
      versions("a", "2");
      source.setModels(List.of(model("a", new VersionSelection.Specific(List.of(2L)))));
      List<String> seen = new ArrayList<>();
      while (!seen.contains("a [2]")) {
        AspiredVersions report = queue.poll(30, TimeUnit.SECONDS);
        assertNotNull(report, seen::toString);
        seen.addAll(describe(List.of(report)));
      }
      assertFalse(seen.contains("a []"), seen::toString);
    }
  }

  @Test
  void zeroPeriodLooksOnlyWhenModelsAreSet() throws Exception {
    versions("a", "1");
    try (FileSystemSource source = source(Duration.ZERO)) {
      source.setModels(List.of(all("a")));
      source.start(reports::add);
      assertEquals(Map.of(), source.awaitLook());
      assertEquals(List.of("a [1]"), describe(reports));
      versions("a", "2");
      assertEquals(List.of("a [1, 2]"), look(source, all("a")));
    }
  }

  @Test
  void negativePeriodNeverLooks() throws Exception {
    versions("a", "1");
    FileSystemSource source = source(Duration.ofSeconds(-1));
    source.setModels(List.of(all("a")));
    source.start(reports::add);
    assertEquals(Map.of("a", "Versions of a are not looked for"), source.awaitLook());
    source.close();
    assertEquals(List.of(), reports);
  }

  @Test
  void closeEndsReportsAndWaits() throws Exception {
    FileSystemSource source = source(Duration.ofMillis(1));
    source.start(reports::add);
    source.close();
    source.setModels(List.of(all("a")));
    assertEquals(Map.of("a", "Versions of a are not looked for"), source.awaitLook());
    assertEquals(List.of(), reports);
    assertThrows(IllegalStateException.class, () -> source.start(reports::add));
  }

  @Test
  void twoModelsOfOneNameAreABug() {
    try (FileSystemSource source = source(Duration.ZERO)) {
      assertThrows(
          IllegalArgumentException.class, () -> source.setModels(List.of(all("a"), all("a"))));
    }
  }

  /**
   * Looks at "dead" hang until the latch opens; the others are looked at as always. What hangs is
   * waited for in vain, so the patience is what a test takes; what does not must come within it.
   */
  private FileSystemSource withDeadPath(Duration period, CountDownLatch answer) {
    Function<WatchedModel, VersionFinder.Look> finder =
        model -> {
          if (model.name().startsWith("dead")) {
            awaitUninterruptibly(answer);
          }
          return new VersionFinder(null).look(model);
        };
    return new FileSystemSource(period, warnings::add, finder, Duration.ofSeconds(2));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aHangingBasePathHoldsUpNoOtherModel() throws Exception {
    versions("dead1", "1");
    versions("dead2", "1");
    versions("a", "1");
    CountDownLatch answer = new CountDownLatch(1);
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    try (FileSystemSource source = withDeadPath(Duration.ofMillis(1), answer)) {
      source.setModels(List.of(all("dead1"), all("dead2"), all("a")));
      source.start(queue::add);
      Map<String, String> unread = source.awaitLook();
      assertEquals(Set.of("dead1", "dead2"), unread.keySet());
      awaitReport(queue, "a [1]");
      versions("a", "2");
      awaitReport(queue, "a [1, 2]");
      assertEquals(2, warnings.size(), warnings::toString);
      assertEquals(unread.get("dead1"), warnings.getFirst());
      answer.countDown();
      awaitReport(queue, "dead1 [1]");
      awaitReport(queue, "dead2 [1]");
    }
  }

  @Test
  void aLookThatThrowsConcernsItsModelAndThisRoundOnly() throws Exception {
    versions("odd", "1");
    versions("a", "1");
    AtomicBoolean broken = new AtomicBoolean(true);
    Function<WatchedModel, VersionFinder.Look> finder =
        model -> {
          if (model.name().equals("odd") && broken.get()) {
            throw new IllegalStateException("a bug of a file system");
          }
          return new VersionFinder(null).look(model);
        };
    try (FileSystemSource source =
        new FileSystemSource(Duration.ZERO, warnings::add, finder, Duration.ofMinutes(1))) {
      source.start(reports::add);
      assertEquals(List.of("a [1]"), look(source, all("odd"), all("a")));
      assertTrue(warnings.getFirst().contains("a bug of a file system"), warnings::toString);
      broken.set(false);
      assertEquals(List.of("odd [1]", "a [1]"), look(source, all("odd"), all("a")));
    }
  }

  @Test
  void anErrorOfOneTurnEndsNoOther() throws Exception {
    versions("a", "1");
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    AtomicBoolean broken = new AtomicBoolean(true);
    try (FileSystemSource source = source(Duration.ofMillis(1))) {
      source.setModels(List.of(all("a")));
      source.start(
          wish -> {
            if (broken.get()) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            queue.add(wish);
          });
      String reason = source.awaitLook().get("a");
      assertNotNull(reason);
      assertTrue(reason.contains("unable to create native thread"), reason);
      broken.set(false);
      awaitReport(queue, "a [1]");
      assertEquals(List.of(reason), warnings);
    }
  }

  @Test
  void whatIsNotWholeYetIsSaid() throws Exception {
    AtomicBoolean unsettled = new AtomicBoolean(true);
    Function<WatchedModel, VersionFinder.Look> finder =
        model ->
            new VersionFinder.Look(
                new AspiredVersions(model.name(), List.of()), List.of(), unsettled.get());
    try (FileSystemSource source =
        new FileSystemSource(Duration.ZERO, warnings::add, finder, Duration.ofMinutes(1))) {
      source.start(reports::add);
      look(source, all("a"));
      assertTrue(source.isSettling("a"));
      assertFalse(source.isSettling("b"));
      unsettled.set(false);
      look(source, all("a"));
      assertFalse(source.isSettling("a"));
      unsettled.set(true);
      look(source, all("a"));
      look(source);
      assertFalse(source.isSettling("a"), "it is not watched");
    }
  }

  @Test
  void aHangingBasePathIsReportedWhenItAnswersAlsoWithoutPolling() throws Exception {
    versions("dead", "1");
    CountDownLatch answer = new CountDownLatch(1);
    BlockingQueue<AspiredVersions> queue = new LinkedBlockingQueue<>();
    try (FileSystemSource source = withDeadPath(Duration.ZERO, answer)) {
      source.setModels(List.of(all("dead")));
      source.start(queue::add);
      assertEquals(Set.of("dead"), source.awaitLook().keySet());
      answer.countDown();
      awaitReport(queue, "dead [1]");
      // The turn that reported it may not have ended yet.
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            while (!source.awaitLook().isEmpty()) {
              Thread.onSpinWait();
            }
          });
    }
  }

  @Test
  void aHangingLookOfAModelThatIsNoLongerThereIsForgotten() throws Exception {
    versions("dead", "1");
    versions("a", "1");
    CountDownLatch answer = new CountDownLatch(1);
    try (FileSystemSource source = withDeadPath(Duration.ZERO, answer)) {
      source.start(reports::add);
      look(source, all("dead"), all("a"));
      assertEquals(List.of("dead []", "a [1]"), look(source, all("a")));
      answer.countDown();
      assertEquals(List.of("a [1]"), look(source, all("a")));
    }
  }

  @Test
  void closeDoesNotWaitForAHangingLook() throws Exception {
    versions("dead", "1");
    CountDownLatch answer = new CountDownLatch(1);
    FileSystemSource source = withDeadPath(Duration.ofMillis(1), answer);
    source.setModels(List.of(all("dead")));
    source.start(reports::add);
    source.close();
    assertEquals(List.of(), reports);
    answer.countDown();
  }
}
