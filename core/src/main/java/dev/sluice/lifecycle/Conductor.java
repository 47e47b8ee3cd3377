package dev.sluice.lifecycle;

import dev.sluice.source.AspiredVersions;
import dev.sluice.source.Fingerprint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what the policy decides: after every event it brings the model concerned as far as it
 * can go.
 *
 * <p>Everything here but {@link #progress} runs on the manager's thread, one step at a time, and no
 * step blocks. Each action that the policy may ask for moves a version to its next phase, so
 * settling a model ends.
 */
final class Conductor implements LoadSteps.Events {
  private final VersionPolicy policy;
  private final ServingTable serving;
  private final StateTable states;
  private final StateListener listener;
  private final LoadSteps loads;
  private final UnloadSteps unloads;
  private final RepairWatch repairs;
  private final MemoryWatch memory;
  private final Map<String, ManagedModel> models = new HashMap<>();

  /** Written by the manager's thread, read by any. */
  private final Map<String, Progress> progress = new ConcurrentHashMap<>();

  /** Not null once stopping: opened when nothing is managed any more. */
  private @Nullable CountDownLatch stopped;

  Conductor(
      ManagerOptions options,
      LoadAttempt.Tools tools,
      Timer timer,
      Workers workers,
      Mailbox mailbox,
      ServingTable serving,
      StateTable states,
      StateListener listener) {
    this.policy = options.policy();
    this.serving = serving;
    this.states = states;
    this.listener = listener;
    this.loads = new LoadSteps(options, tools, timer, workers.loads(), mailbox::post, this);
    this.unloads =
        new UnloadSteps(
            serving, tools.budget(), workers, mailbox::post, this::changed, this::settle);
    Fingerprint fingerprint = tools.fingerprint();
    this.repairs = new RepairWatch(fingerprint, workers.checks(), mailbox::post, this::repaired);
    this.memory = new MemoryWatch(tools.memory(), workers.checks(), mailbox::post, this::repaired);
  }

  /** Takes a wish. */
  void wish(AspiredVersions aspired) {
    if (stopped != null) {
      return;
    }
    ManagedModel model = models.computeIfAbsent(aspired.model(), name -> new ManagedModel());
    model.wish(aspired);
    settle(aspired.model(), model);
    model.versions().forEach(repairs::check);
    model.versions().forEach(memory::check);
  }

  /** Begins to unload everything; the latch opens when nothing is left. */
  void stop(CountDownLatch latch) {
    stopped = latch;
    for (Map.Entry<String, ManagedModel> model : List.copyOf(models.entrySet())) {
      model.getValue().wish(new AspiredVersions(model.getKey(), List.of()));
      settle(model.getKey(), model.getValue());
    }
    openIfStopped();
  }

  /** Returns the versions that are still managed. */
  List<VersionStatus> remaining() {
    return models.values().stream()
        .flatMap(model -> model.versions().stream())
        .map(ManagedVersion::status)
        .sorted(Comparator.comparing(status -> status.id().toString()))
        .toList();
  }

  /** Returns how far the models are that have a wish or versions, by name. Any thread. */
  Map<String, Progress> progress() {
    return progress;
  }

  @Override
  public void changed(ManagedVersion version) {
    VersionStatus status = version.status();
    states.put(status);
    try {
      listener.changed(status);
    } catch (RuntimeException bug) {
      // Who listens must not be able to stop a version half-way.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
    }
  }

  @Override
  public void loaded(ManagedVersion version) {
    if (version.aspired) {
      version.become(Phase.READY);
      serving.add(version.requireLoaded().lease());
      changed(version);
    } else {
      unloads.discard(version);
    }
  }

  @Override
  public void settle(ManagedVersion version) {
    String name = version.id().model();
    ManagedModel model = models.get(name);
    if (model != null) {
      settle(name, model);
    }
    loads.retryWaitingForMemory();
    openIfStopped();
  }

  @Override
  public boolean memoryMayBeFreed(ManagedVersion version) {
    return models.values().stream()
        .flatMap(model -> model.versions().stream())
        .anyMatch(other -> other != version && mayFreeMemory(other));
  }

  private static boolean mayFreeMemory(ManagedVersion version) {
    return version.attempt != null
        || version.phase() == Phase.DRAINING
        || version.phase() == Phase.UNLOADING;
  }

  /** What made a version's load fail is no more. */
  private void repaired(ManagedVersion version) {
    ManagedModel model = models.get(version.id().model());
    if (model == null || !model.manages(version)) {
      return;
    }
    if (version.phase() == Phase.ERROR) {
      model.forget(version);
      settle(version.id().model(), model);
    } else {
      loads.retryNow(version);
    }
  }

  /** Brings a model as far as it can go now. */
  private void settle(String name, ManagedModel model) {
    reconcile(model);
    List<Action> actions = nextActions(model);
    while (!actions.isEmpty()) {
      actions.forEach(action -> perform(model, action));
      actions = nextActions(model);
    }
    if (model.isGone()) {
      models.remove(name);
    }
    publishProgress(name, model);
  }

  /** A version that is cancelled at once can be forgotten at once: hence the second round. */
  private void reconcile(ManagedModel model) {
    ManagedModel.Changes changes = model.reconcile();
    for (ManagedVersion version : changes.unwanted()) {
      loads.cancel(version);
    }
    changes.noticed().forEach(this::changed);
    if (!changes.unwanted().isEmpty()) {
      model.reconcile().noticed().forEach(this::changed);
    }
  }

  private List<Action> nextActions(ManagedModel model) {
    if (stopped == null) {
      return policy.next(model.snapshots()).map(List::of).orElse(List.of());
    }
    List<Action> unloadAll = new ArrayList<>();
    for (ManagedVersion version : model.versions()) {
      if (version.phase() == Phase.READY) {
        unloadAll.add(new Action.Unload(version.id().version()));
      }
    }
    return unloadAll;
  }

  private void perform(ManagedModel model, Action action) {
    switch (action) {
      case Action.Load(long version) -> loads.request(model.version(version));
      case Action.Unload(long version) -> unloads.request(model.version(version));
    }
  }

  private void publishProgress(String name, ManagedModel model) {
    List<VersionStatus> wanted = new ArrayList<>();
    for (ManagedVersion version : model.versions().reversed()) {
      if (version.aspired) {
        wanted.add(version.status());
      }
    }
    progress.put(name, new Progress(wanted));
    states.signal();
  }

  private void openIfStopped() {
    if (stopped != null && models.isEmpty()) {
      stopped.countDown();
    }
  }
}
