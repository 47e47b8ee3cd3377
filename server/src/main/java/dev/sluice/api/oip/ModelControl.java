package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;

/** Loads and unloads models that the server knows. Thread-safe; blocks. */
public interface ModelControl {
  /**
   * Has a model served, and waits until it can be used. One that is served already is looked for
   * once more, so that versions that are new are found now.
   *
   * @throws ServingException NOT_FOUND if there is no such model, it has no version, or where it
   *     lies cannot be read; ABORTED if another takes it away meanwhile; DEADLINE_EXCEEDED if it
   *     takes too long, and still goes on; what is wrong with it if it cannot be loaded
   * @throws InterruptedException if nobody waits any more; the model stays wished
   */
  void load(String model) throws ServingException, InterruptedException;

  /**
   * Takes a model away, until it is loaded again or the configuration changes, and waits until no
   * request can reach it.
   *
   * @throws ServingException NOT_FOUND if there is no such model; ABORTED if another has it loaded
   *     again meanwhile; DEADLINE_EXCEEDED if it takes too long, and still goes on
   * @throws InterruptedException if nobody waits any more; the model goes all the same
   */
  void unload(String model) throws ServingException, InterruptedException;
}
