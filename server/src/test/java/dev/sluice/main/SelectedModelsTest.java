package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.tfs.Await;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.tfs.FakeServable;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.ManagerOptions;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.source.FileSystemSource;
import dev.sluice.source.VersionSelection;
import dev.sluice.source.WatchedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loads and unloads, with a real source and a real manager. */
@Timeout(60)
final class SelectedModelsTest {
  @TempDir private Path base;

  /** Loads wait for it. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** The manager's thread waits for it when a version has become available. */
  private volatile CountDownLatch managerGate = new CountDownLatch(0);

  private final Manager manager =
      new Manager(
          ManagerOptions.DEFAULT,
          new LoaderFactory(List.of(new GatedEngine()), EngineOptions.DEFAULT),
          List.of(),
          this::changed,
          version -> 0);
  private final FileSystemSource source = new FileSystemSource(Duration.ZERO, warning -> {});
  private SelectedModels models = new SelectedModels(new ServedModels(manager, source), List.of());

  private final class GatedEngine implements Engine {
    @Override
    public String name() {
      return "gated";
    }

    @Override
    public boolean recognizes(Path directory) {
      return true;
    }

    @Override
    public Loader loaderFor(ModelVersion version, EngineOptions options) {
      return new Loader() {
        @Override
        public ResourceEstimate estimate() {
          return new ResourceEstimate(1);
        }

        @Override
        public Servable load() {
          Await.latch("the gate opens", gate);
          return new FakeServable(Map.of(), new CountingTensors());
        }

        @Override
        public void unload() {}
      };
    }
  }

  private void changed(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      Await.latch("the manager may go on", managerGate);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws ServingException, InterruptedException;
  }

  @BeforeEach
  void start() {
    manager.start();
    source.start(manager::aspire);
    configure(Duration.ofMinutes(1));
  }

  /** Has the model m configured. */
  private void configure(Duration patience) {
    models = new SelectedModels(new ServedModels(manager, source), List.of(model()), patience);
    models.watch(List.of(model()));
  }

  private WatchedModel model() {
    return new WatchedModel("m", base.resolve("m"), "gated", VersionSelection.DEFAULT);
  }

  @AfterEach
  void stop() {
    gate.countDown();
    managerGate.countDown();
    source.close();
    manager.close();
  }

  private void version(int number) throws IOException {
    Files.createDirectories(base.resolve("m").resolve(Integer.toString(number)));
  }

  private static void refused(Code code, String part, Step call) {
    check(code, part, assertThrows(ServingException.class, call::run));
  }

  private static void refused(Code code, String part, Call call) {
    ExecutionException failure = assertThrows(ExecutionException.class, call.task()::get);
    check(code, part, assertInstanceOf(ServingException.class, failure.getCause()));
  }

  private static void check(Code code, String part, ServingException failure) {
    assertEquals(code, failure.code(), failure.text());
    assertTrue(failure.text().contains(part), failure.text());
  }

  /** A call on a thread of its own. */
  private record Call(FutureTask<Void> task, Thread thread) {
    static Call start(Step step) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                step.run();
                return null;
              });
      return new Call(task, Thread.ofVirtual().start(task));
    }

    void awaitWaiting() {
      Await.until(
          "the call waits",
          () ->
              thread.getState() == Thread.State.WAITING
                  || thread.getState() == Thread.State.TIMED_WAITING);
    }
  }

  private boolean is(int version, VersionState state) {
    return manager.states().versions("m").stream()
        .anyMatch(status -> status.id().version() == version && status.state() == state);
  }

  private void awaitLoading() {
    Await.until("loading", () -> is(1, VersionState.LOADING));
  }

  @Test
  void aModelWithoutVersionsIsNotFound() throws Exception {
    Files.createDirectory(base.resolve("m"));
    refused(Code.NOT_FOUND, "expected a version to load, found none", () -> models.load("m"));
  }

  @Test
  void aModelWithoutADirectoryIsNotFoundWithTheReason() {
    refused(Code.NOT_FOUND, "Could not find base path " + base, () -> models.load("m"));
    refused(Code.NOT_FOUND, "found none of that name", () -> models.load("other"));
  }

  @Test
  void aLoadLooksAgainForAModelThatIsServed() throws Exception {
    version(1);
    models.load("m");
    version(2);
    models.load("m");
    assertTrue(is(2, VersionState.AVAILABLE));
  }

  @Test
  void aLoadEndsWhenTheModelIsUnloadedMeanwhile() throws Exception {
    version(1);
    gate = new CountDownLatch(1);
    Call load = Call.start(() -> models.load("m"));
    awaitLoading();
    load.awaitWaiting(); // the first look may have begun the load, before the call
    models.unload("m");
    refused(Code.ABORTED, "was unloaded by another call", load);
  }

  @Test
  void aLoadEndsWhenTheModelIsDroppedMeanwhile() throws Exception {
    version(1);
    gate = new CountDownLatch(1);
    Call load = Call.start(() -> models.load("m"));
    awaitLoading();
    load.awaitWaiting(); // the first look may have begun the load, before the call
    models.watch(List.of());
    refused(Code.ABORTED, "was removed by a later configuration", load);
  }

  @Test
  void aLoadHasAnEnd() throws Exception {
    version(1);
    gate = new CountDownLatch(1);
    configure(Duration.ZERO);
    refused(Code.DEADLINE_EXCEEDED, "still goes on", () -> models.load("m"));
  }

  @Test
  void aModelThatLoadsAndIsUnloadedNeverBecomesAvailable() throws Exception {
    version(1);
    gate = new CountDownLatch(1);
    models.watch(List.of(model()));
    awaitLoading();
    models.unload("m");
    gate.countDown();
    Await.until("gone", () -> is(1, VersionState.END));
    assertNull(manager.acquireLatest("m"));
  }

  @Test
  void anUnloadEndsWhenAnotherCallLoadsTheModel() throws Exception {
    Call unload = unloadOverBusyManager();
    Call load = Call.start(() -> models.load("m"));
    load.awaitWaiting();
    managerGate.countDown();
    refused(Code.ABORTED, "was loaded again", unload);
    assertNull(load.task().get());
    assertTrue(is(1, VersionState.AVAILABLE));
  }

  @Test
  void anUnloadEndsWhenAConfigurationBringsTheModelBack() throws Exception {
    Call unload = unloadOverBusyManager();
    models.watch(List.of(model()));
    managerGate.countDown();
    refused(Code.ABORTED, "was loaded again", unload);
  }

  @Test
  void anUnloadOfAModelThatIsDroppedMeanwhileSucceeds() throws Exception {
    Call unload = unloadOverBusyManager();
    models.watch(List.of());
    managerGate.countDown();
    assertNull(unload.task().get());
    assertNull(manager.acquireLatest("m"));
  }

  /** Begins to unload a model that is served, of which the manager will hear at the gate only. */
  private Call unloadOverBusyManager() throws IOException {
    managerGate = new CountDownLatch(1);
    version(1);
    models.watch(List.of(model()));
    Await.until("available", () -> is(1, VersionState.AVAILABLE));
    Call unload = Call.start(() -> models.unload("m"));
    unload.awaitWaiting();
    return unload;
  }
}
