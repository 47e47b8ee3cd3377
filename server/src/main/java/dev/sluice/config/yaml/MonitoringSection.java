package dev.sluice.config.yaml;

import dev.sluice.config.MonitoringConfig;
import dev.sluice.config.yaml.FlagKeys.Flag;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reads {@code monitoring}: whether and where there is a page of metrics. */
final class MonitoringSection {
  static final String KEY = "monitoring";
  static final String ENABLE = "enable";
  static final String PATH = "path";

  private static final String EXPECTED = "a path that begins with /";

  private final YamlReader reader;
  private final FlagSection flags;
  private final FlagKeys keys;

  MonitoringSection(YamlReader reader, FlagSection flags, FlagKeys keys) {
    this.reader = reader;
    this.flags = flags;
    this.keys = keys;
  }

  /** Returns what is said, if anything is. */
  Optional<MonitoringConfig> read(YamlEntry section) {
    Map<String, Flag> furtherFlags = keys.beginningWith(KEY);
    TreeSet<String> known = new TreeSet<>(furtherFlags.keySet());
    known.add(ENABLE);
    known.add(PATH);
    boolean enabled = MonitoringConfig.DEFAULT.enabled();
    String path = MonitoringConfig.DEFAULT_PATH;
    boolean any = false;
    for (YamlEntry entry : reader.entries(section.name(), section.value(), known).values()) {
      Flag flag = furtherFlags.get(entry.text());
      if (flag != null) {
        flags.flag(entry, flag);
        continue;
      }
      any = true;
      if (entry.text().equals(ENABLE)) {
        enabled = reader.truth(entry).orElse(enabled);
      } else {
        path = path(entry).orElse(path);
      }
    }
    return any ? Optional.of(new MonitoringConfig(enabled, path)) : Optional.empty();
  }

  private Optional<String> path(YamlEntry entry) {
    Optional<String> path = reader.text(entry.name(), entry.value(), EXPECTED);
    if (path.isPresent() && !path.get().startsWith("/")) {
      reader.expected(entry.name(), entry.value(), EXPECTED);
      return Optional.empty();
    }
    return path;
  }
}
