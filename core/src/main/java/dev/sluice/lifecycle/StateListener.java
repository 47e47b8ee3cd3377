package dev.sluice.lifecycle;

/** Is told of every change of a version's status, in order, for logs and health. */
@FunctionalInterface
public interface StateListener {
  /** Takes a new status. Called on the manager's thread: it must not block. */
  void changed(VersionStatus status);

  /** Returns a listener that tells this one and then another. */
  default StateListener andThen(StateListener next) {
    return status -> {
      changed(status);
      next.changed(status);
    };
  }
}
