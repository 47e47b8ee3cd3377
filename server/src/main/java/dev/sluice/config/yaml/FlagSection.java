package dev.sluice.config.yaml;

import dev.sluice.config.FlagTrial;
import dev.sluice.config.yaml.FlagKeys.Flag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Gathers what a file says of flags, each with the check that the command line would make. Confined
 * to one thread.
 */
final class FlagSection {
  private final YamlReader reader;
  private final Map<String, Said> said = new LinkedHashMap<>();

  private record Said(String value, Node key, String name) {}

  FlagSection(YamlReader reader) {
    this.reader = reader;
  }

  /** Returns values by the names of their flags. */
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    said.forEach((flag, one) -> values.put(flag, one.value));
    return values;
  }

  /** Returns how the file calls a flag that it has. */
  Optional<Node> placeOf(String flag) {
    return Optional.ofNullable(said.get(flag)).map(Said::key);
  }

  /** Reads the flags of a group. */
  void group(YamlEntry group, Map<String, Flag> members) {
    for (YamlEntry entry : reader.entries(group.name(), group.value(), members.keySet()).values()) {
      Flag flag = members.get(entry.text());
      if (flag != null) {
        flag(entry, flag);
      }
    }
  }

  /** Reads a flag. */
  void flag(YamlEntry entry, Flag flag) {
    Optional<String> value = value(entry.name(), entry.value(), flag);
    if (value.isEmpty()) {
      return;
    }
    Optional<String> complaint = FlagTrial.complaint(flag.name(), value.get());
    if (complaint.isPresent()) {
      reader
          .mistakes()
          .add(
              entry.value(),
              entry.name() + ": " + withFound(complaint.get(), value.get(), flag, entry));
      return;
    }
    put(flag.name(), value.get(), entry);
  }

  /** Takes a value as it is, unless the file has it already. */
  void put(String flag, String value, YamlEntry entry) {
    Said before = said.putIfAbsent(flag, new Said(value, entry.key(), entry.name()));
    if (before != null) {
      reader
          .mistakes()
          .add(
              entry.key(),
              "%s: is given twice, in %s as %s"
                  .formatted(entry.name(), Mistakes.lineOf(before.key), before.name));
    }
  }

  /** Adds a pair to a flag whose value is a list of pairs; what the file says as a list counts. */
  void addPair(String flag, String pair, YamlEntry entry) {
    Said before = said.get(flag);
    if (before == null) {
      said.put(flag, new Said(pair, entry.key(), entry.name()));
    } else {
      String value = before.value.isBlank() ? pair : pair + "," + before.value;
      said.put(flag, new Said(value, before.key, before.name));
    }
  }

  /** A value that is not as it is written comes from the environment, and is not shown. */
  private static String withFound(String complaint, String value, Flag flag, YamlEntry entry) {
    String found = YamlReader.describe(entry.name(), entry.value());
    boolean isHidden =
        Secrets.isSecret(entry.name())
            || (isFromEnvironment(entry.value()) && !flag.name().endsWith("_file"));
    String safe =
        !isHidden || value.isEmpty() || !complaint.contains(value)
            ? complaint
            : "expected " + flag.expected();
    return safe.contains("found ") ? safe : safe + ", found " + found;
  }

  private static boolean isFromEnvironment(Node node) {
    return switch (node) {
      case ScalarNode scalar -> scalar.getValue().contains("${");
      case SequenceNode sequence ->
          sequence.getValue().stream().anyMatch(FlagSection::isFromEnvironment);
      case MappingNode mapping ->
          mapping.getValue().stream().anyMatch(pair -> isFromEnvironment(pair.getValueNode()));
      default -> false;
    };
  }

  private Optional<String> value(String name, Node node, Flag flag) {
    return switch (node) {
      case SequenceNode sequence when flag.takesList() -> list(name, sequence);
      case MappingNode mapping when flag.takesPairs() -> pairs(name, mapping);
      default -> reader.text(name, node, flag.expected());
    };
  }

  private Optional<String> list(String name, SequenceNode sequence) {
    List<String> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      reader.text("%s[%d]".formatted(name, items.size()), item, "a text").ifPresent(items::add);
    }
    return items.size() < sequence.getValue().size()
        ? Optional.empty()
        : Optional.of(String.join(",", items));
  }

  private Optional<String> pairs(String name, MappingNode mapping) {
    List<String> pairs = new ArrayList<>();
    for (YamlEntry entry : reader.entries(name, mapping)) {
      reader
          .text(entry.name(), entry.value(), "a value")
          .ifPresent(value -> pairs.add(entry.text() + "=" + value));
    }
    return pairs.size() < mapping.getValue().size()
        ? Optional.empty()
        : Optional.of(String.join(",", pairs));
  }
}
