package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.WatchedModel;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelReloadTest {
  private final FakeModels models = new FakeModels();
  private final ModelsValidator validator = new ModelsValidator(Set.of("tensorflow"), true);
  private final ModelReload reload =
      new ModelReload(validator, models, ModelsConfig.NOTHING, false);

  /** Remembers what was done; every model has a version at once unless it is said otherwise. */
  private static final class FakeModels implements ModelReload.Models {
    final List<List<String>> watched = new CopyOnWriteArrayList<>();
    final List<Set<String>> awaited = new CopyOnWriteArrayList<>();
    final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    final CountDownLatch waiting = new CountDownLatch(1);

    @Override
    public void setLabels(Map<String, Map<String, Long>> newLabels, boolean allowUnavailable)
        throws ServingException {
      if (newLabels.values().stream().anyMatch(ofModel -> ofModel.containsValue(99L))) {
        throw new ServingException(Code.FAILED_PRECONDITION, "99 is not available");
      }
    }

    @Override
    public void watch(List<WatchedModel> newWatched) {
      watched.add(newWatched.stream().map(WatchedModel::name).toList());
    }

    @Override
    public Map<String, Outcome> await(Collection<String> names, Duration timeout) {
      awaited.add(Set.copyOf(names));
      Map<String, Outcome> result = new HashMap<>();
      for (String name : names) {
        ServableId id = new ServableId(name, 1);
        result.put(name, outcomes.getOrDefault(name, new Outcome.Available(id)));
      }
      if (result.containsValue(new Outcome.Pending())) {
        waiting.countDown();
        Thread.onSpinWait();
      }
      return result;
    }
  }

  private static ModelServerConfig config(String... models) throws TextFormat.ParseException {
    StringBuilder text = new StringBuilder("model_config_list {");
    for (String model : models) {
      text.append(
          model.contains(":")
              ? "config { %s }".formatted(model)
              : "config { name: '%s' base_path: '/%s' model_platform: 'tensorflow' }"
                  .formatted(model, model));
    }
    return TextFormat.parse(text.append("}"), ModelServerConfig.class);
  }

  private static Outcome failed(String model) {
    return new Outcome.Failed(
        new VersionStatus(
            new ServableId(model, 1),
            VersionState.END,
            new Health(Code.OUT_OF_RANGE, "Read less bytes than requested"),
            Health.OK));
  }

  private ServingException refused(ModelServerConfig config) {
    return assertThrows(ServingException.class, () -> reload.reload(config));
  }

  @Test
  void aStopEndsTheWait() throws Exception {
    models.outcomes.put("m", new Outcome.Pending());
    FutureTask<ServingException> waiting = new FutureTask<>(() -> refused(config("m")));
    Thread.ofVirtual().start(waiting);
    assertTrue(models.waiting.await(30, TimeUnit.SECONDS));
    reload.stopWaiting();
    ServingException refusal = waiting.get(30, TimeUnit.SECONDS);
    assertEquals(Code.UNAVAILABLE, refusal.code());
    assertTrue(refusal.text().contains("[m]"), refusal::text);
  }

  @Test
  void listReplacesTheModelsAndOnlyNewOnesAreAwaited() throws Exception {
    reload.reload(config("m"));
    reload.reload(config("m", "n"));
    reload.reload(config("n"));
    reload.reload(config());
    assertEquals(List.of(List.of("m"), List.of("m", "n"), List.of("n"), List.of()), models.watched);
    assertEquals(List.of(Set.of("m"), Set.of("n")), models.awaited);
  }

  @Test
  void refusedConfigurationLeavesNoTrace() throws Exception {
    reload.reload(config("m"));
    ModelsConfig before = reload.current();
    assertEquals(
        "Illegal setting neither ModelServerConfig::model_type (deprecated) nor"
            + " ModelServerConfig::model_platform, model name is n",
        refused(config("m", "name: 'n' base_path: '/n'")).text());
    assertEquals(before, reload.current());
    reload.reload(config("m", "n"));
    assertEquals(List.of(List.of("m"), List.of("m", "n")), models.watched);
  }

  @Test
  void refusedLabelChangesNoModel() throws Exception {
    reload.reload(config("m"));
    String labelled =
        "name: 'n' base_path: '/n' model_platform: 'tensorflow'"
            + " version_labels { key: 'l' value: 99 }";
    assertEquals(Code.FAILED_PRECONDITION, refused(config("m", labelled)).code());
    assertEquals(List.of(List.of("m")), models.watched);
    assertEquals(List.of("m"), reload.current().models().stream().map(m -> m.name()).toList());
  }

  @Test
  void failedModelIsReportedButStays() throws Exception {
    models.outcomes.put("bad", failed("bad"));
    ServingException failure = refused(config("m", "bad"));
    assertEquals(Code.UNKNOWN, failure.code());
    assertEquals(
        "1 model(s) did not become available: {{{name: bad version: 1} due to error:"
            + " OUT_OF_RANGE: Read less bytes than requested}, }",
        failure.text());
    reload.reload(config("m", "bad")); // the same once more
  }

  @Test
  void modelWithoutVersionHoldsUpNobodyElse() throws Exception {
    models.outcomes.put("empty", new Outcome.Pending());
    FutureTask<Void> waiting = start(config("empty"));
    assertTrue(models.waiting.await(30, TimeUnit.SECONDS));
    reload.reload(config("empty", "n"));
    assertFalse(waiting.isDone());
    models.outcomes.remove("empty");
    waiting.get();
  }

  @Test
  void repetitionWaitsForWhatTheFirstCallWaitsFor() throws Exception {
    models.outcomes.put("empty", new Outcome.Pending());
    FutureTask<Void> first = start(config("empty"));
    assertTrue(models.waiting.await(30, TimeUnit.SECONDS));
    FutureTask<Void> second = start(config("empty"));
    while (models.awaited.size() < 3 && !second.isDone()) {
      Thread.onSpinWait();
    }
    assertFalse(second.isDone());
    models.outcomes.remove("empty");
    first.get();
    second.get();
    int awaits = models.awaited.size();
    reload.reload(config("empty"));
    assertEquals(awaits, models.awaited.size(), "all that was new has been seen");
  }

  @Test
  void waitEndsWhenTheModelIsDropped() throws Exception {
    models.outcomes.put("empty", new Outcome.Pending());
    FutureTask<Void> waiting = start(config("empty"));
    assertTrue(models.waiting.await(30, TimeUnit.SECONDS));
    reload.reload(config("n"));
    ExecutionException failure = assertThrows(ExecutionException.class, waiting::get);
    assertEquals(Code.ABORTED, assertInstanceOf(ServingException.class, failure.getCause()).code());
  }

  @Test
  void fileThatSaysTheSameChangesNothing() throws Exception {
    reload.reload(config("m"));
    assertFalse(reload.apply(validator.validate(config("m"), reload.current())));
    assertTrue(reload.apply(validator.validate(config("n"), reload.current())));
    assertEquals(List.of(List.of("m"), List.of("n")), models.watched);
  }

  private FutureTask<Void> start(ModelServerConfig config) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              reload.reload(config);
              return null;
            });
    Thread.ofVirtual().start(task);
    return task;
  }
}
