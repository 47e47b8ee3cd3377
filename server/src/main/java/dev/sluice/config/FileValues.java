package dev.sluice.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a file of all settings says, for {@link ServeOptions}.
 *
 * @param path the file
 * @param flags values by flag, such as {@code --port}, as they would stand on the command line
 * @param batching in place of a file of parameters
 * @param monitoring in place of a monitoring file
 * @param listsModels true if the file says which models are served
 */
public record FileValues(
    Path path,
    Map<String, String> flags,
    Optional<dev.sluice.protos.serving.BatchingParameters> batching,
    Optional<MonitoringConfig> monitoring,
    boolean listsModels) {
  public FileValues {
    flags = Collections.unmodifiableMap(new LinkedHashMap<>(flags));
  }

  /** Keeps values out of logs, for some may be secret. */
  @Override
  public String toString() {
    return "FileValues[path=%s, flags=%s]".formatted(path, flags.keySet());
  }
}
