package dev.sluice.servable;

/**
 * Puts something in front of every servable when it is loaded: lanes, batching, warm-up.
 *
 * <p>The composition root gives the manager its decorators in order, innermost first.
 */
@FunctionalInterface
public interface ServableDecorator {
  /**
   * Returns the servable that requests will see.
   *
   * @throws ServingException if the version must not be served after all; the load then fails
   */
  Servable decorate(ModelVersion version, Servable servable) throws ServingException;
}
