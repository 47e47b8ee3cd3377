package dev.sluice.api.tfs;

import dev.sluice.lifecycle.VersionStatus;
import java.util.List;

/** What GetModelStatus asks the life cycle. Thread-safe; never blocks. */
@FunctionalInterface
public interface ModelStatuses {
  /** Returns every version ever seen of a model; empty for a model never heard of. */
  List<VersionStatus> versions(String model);
}
