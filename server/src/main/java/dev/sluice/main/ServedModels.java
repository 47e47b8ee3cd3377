package dev.sluice.main;

import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.servable.ServingException;
import dev.sluice.source.FileSystemSource;
import dev.sluice.source.WatchedModel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The manager and its source, as a reload sees them. */
record ServedModels(Manager manager, FileSystemSource source) implements ModelReload.Models {
  @Override
  public void setLabels(Map<String, Map<String, Long>> labels, boolean allowUnavailable)
      throws ServingException {
    manager.setLabels(labels, allowUnavailable);
  }

  @Override
  public void watch(List<WatchedModel> watched) {
    source.setModels(watched);
  }

  @Override
  public Map<String, Outcome> await(Collection<String> names, Duration timeout)
      throws InterruptedException {
    // Without the look, a model that was removed and is back would still seem to be there.
    var _ = source.awaitLook();
    return manager.await(names, Outcome.Until.END, timeout);
  }

  /** Waits for a look at what was last watched; returns why a model could not be looked at. */
  Map<String, String> awaitLook() throws InterruptedException {
    return source.awaitLook();
  }

  /** Waits likewise, but not for versions that nobody is copying. */
  Outcome awaitLoaded(String model, Duration timeout) throws InterruptedException {
    var _ = source.awaitLook();
    // Asked before the wait: what is whole since then has been wished by then.
    Outcome.Until until = source.isSettling(model) ? Outcome.Until.END : Outcome.Until.END_OR_NONE;
    return manager.await(List.of(model), until, timeout).getOrDefault(model, new Outcome.Pending());
  }

  /** Waits until the manager has taken the wishes for what was last watched. */
  void awaitWishes(Duration timeout) throws InterruptedException {
    var _ = source.awaitLook();
    var _ = manager.await(List.of(), Outcome.Until.END, timeout);
  }
}
