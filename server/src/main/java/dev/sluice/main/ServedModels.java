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
}
