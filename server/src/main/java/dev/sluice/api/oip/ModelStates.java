package dev.sluice.api.oip;

import dev.sluice.lifecycle.VersionStatus;
import java.util.List;
import java.util.Map;

/** What the protocol asks the life cycle. Thread-safe; never blocks. */
@FunctionalInterface
public interface ModelStates {
  /** Returns every version ever seen of every model, by the models' names. */
  Map<String, List<VersionStatus>> all();
}
