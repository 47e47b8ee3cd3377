package dev.sluice.api.tfs;

import dev.sluice.servable.Code;
import java.util.List;

/** What GetModelStatus asks the life cycle. Thread-safe; never blocks. */
@FunctionalInterface
public interface ModelStatuses {
  /** Returns every version ever seen of a model, in any order; empty for a model never heard of. */
  List<VersionStatus> versions(String model);

  /** How far a version has come (lifecycle.md); numbers and names are the API's. */
  enum State {
    UNKNOWN,
    START,
    LOADING,
    AVAILABLE,
    UNLOADING,
    END
  }

  /**
   * The last known state of a version.
   *
   * @param code OK, or why it ended
   * @param message empty if the code is OK
   */
  record VersionStatus(long version, State state, Code code, String message) {}
}
