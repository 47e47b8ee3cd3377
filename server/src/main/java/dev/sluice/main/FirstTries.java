package dev.sluice.main;

import dev.sluice.config.ModelsConfig;
import dev.sluice.lifecycle.Manager;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.source.FileSystemSource;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Waits, at the start, until each model has been tried once, and says how far that is. */
final class FirstTries {
  private static final System.Logger LOG = System.getLogger("sluice");

  /** How long the ports may stay shut for models that load (lifecycle.md §8 waits for ever). */
  private static final Duration PATIENCE = Duration.ofDays(1);

  /** Between two lines that say how far the start has come. */
  private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(1);

  private final Manager manager;
  private final FileSystemSource source;

  FirstTries(Manager manager, FileSystemSource source) {
    this.manager = manager;
    this.source = source;
  }

  /** Waits for the models; not for those whose directories cannot be read. */
  void await(ModelsConfig models) throws InterruptedException {
    Map<String, String> unread = source.awaitLook();
    List<String> expected =
        models.models().stream()
            .map(model -> model.name())
            .filter(name -> !unread.containsKey(name))
            .toList();
    long end = System.nanoTime() + PATIENCE.toNanos();
    int decided = decided(expected);
    while (decided < expected.size() && System.nanoTime() - end < 0) {
      LOG.log(Level.INFO, "Loaded " + decided + " of " + expected.size() + " models");
      decided = decided(expected);
    }
  }

  /** Waits for models as long as operators should wait for news; returns how many are done. */
  private int decided(List<String> models) throws InterruptedException {
    Map<String, Outcome> outcomes = manager.await(models, Outcome.Until.FIRST_TRY, PROGRESS_PERIOD);
    return (int)
        outcomes.values().stream().filter(outcome -> !(outcome instanceof Outcome.Pending)).count();
  }
}
