package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping in a YAML file. Whatever is not as expected is refused with the file, line and column,
 * the key, what was expected and what was found.
 */
public final class YamlMap {
  private final Path file;
  private final String prefix;
  private final Node node;
  private final Map<String, Node> values;

  /**
   * Creates a map.
   *
   * @param prefix of its keys in messages, such as {@code batching.}
   */
  private YamlMap(Path file, String prefix, Node node, Map<String, Node> values) {
    this.file = file;
    this.prefix = prefix;
    this.node = node;
    this.values = values;
  }

  /**
   * Reads a file; an empty one is an empty map.
   *
   * @param keys those that it may have
   */
  public static YamlMap read(Path file, Set<String> keys) throws ConfigException {
    Optional<Node> root;
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      root = new Compose(settings).composeString(Files.readString(file));
    } catch (MarkedYamlEngineException e) {
      throw at(file, e.getProblemMark(), String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      throw at(file, Optional.empty(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw at(file, Optional.empty(), "cannot be read: " + e);
    }
    return root.isEmpty()
        ? new YamlMap(file, "", new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK), Map.of())
        : of(file, "", root.get(), keys);
  }

  private static YamlMap of(Path file, String prefix, Node node, @Nullable Set<String> keys)
      throws ConfigException {
    String own = prefix.isEmpty() ? "" : prefix + ": ";
    if (!(node instanceof MappingNode mapping)) {
      throw at(file, node.getStartMark(), own + expected("a mapping", node));
    }
    String inner = prefix.isEmpty() ? "" : prefix + ".";
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node keyNode = tuple.getKeyNode();
      if (!(keyNode instanceof ScalarNode scalar)) {
        throw at(file, keyNode.getStartMark(), own + expected("a key", keyNode));
      }
      String key = scalar.getValue();
      if (keys != null && !keys.contains(key)) {
        throw at(
            file,
            keyNode.getStartMark(),
            "%s%s: unknown key; expected one of %s".formatted(inner, key, new TreeSet<>(keys)));
      }
      if (values.put(key, tuple.getValueNode()) != null) {
        throw at(file, keyNode.getStartMark(), "%s%s: is given twice".formatted(inner, key));
      }
    }
    return new YamlMap(file, inner, node, values);
  }

  /** Returns the mapping of a key; empty if there is none. */
  public Optional<YamlMap> map(String key, Set<String> keys) throws ConfigException {
    Node value = values.get(key);
    return value == null ? Optional.empty() : Optional.of(of(file, prefix + key, value, keys));
  }

  /** Returns the mappings in the mapping of a key, by their keys, which may be any. */
  Map<String, YamlMap> mapsByKey(String key, Set<String> keys) throws ConfigException {
    Node value = values.get(key);
    if (value == null) {
      return Map.of();
    }
    YamlMap outer = of(file, prefix + key, value, null);
    Map<String, YamlMap> maps = new LinkedHashMap<>();
    for (Map.Entry<String, Node> entry : outer.values.entrySet()) {
      maps.put(entry.getKey(), of(file, outer.prefix + entry.getKey(), entry.getValue(), keys));
    }
    return maps;
  }

  /** Returns the mappings in the list of a key; none if there is none. */
  public List<YamlMap> maps(String key, Set<String> keys) throws ConfigException {
    List<YamlMap> maps = new ArrayList<>();
    for (Node item : list(key)) {
      maps.add(of(file, "%s%s[%d]".formatted(prefix, key, maps.size()), item, keys));
    }
    return maps;
  }

  private List<Node> list(String key) throws ConfigException {
    Node value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw refused(key, value, "a list");
  }

  /** Returns true if there is such a key. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Returns the text of a key; empty if there is none. */
  public String text(String key) throws ConfigException {
    Node value = values.get(key);
    return value == null ? "" : scalar(key, value, Set.of(Tag.STR), "a text");
  }

  /** Returns the texts in the list of a key, or its one text; none if there is none. */
  public List<String> texts(String key) throws ConfigException {
    if (values.get(key) instanceof ScalarNode) {
      return List.of(text(key));
    }
    List<String> texts = new ArrayList<>();
    for (Node item : list(key)) {
      texts.add(scalar("%s[%d]".formatted(key, texts.size()), item, Set.of(Tag.STR), "a text"));
    }
    return texts;
  }

  /** Returns the text of a key that must be there. */
  public String neededText(String key) throws ConfigException {
    if (!has(key)) {
      throw at(file, node.getStartMark(), prefix + key + ": expected a text, found no such key");
    }
    return text(key);
  }

  /** Returns true or false. */
  Optional<Boolean> truth(String key) throws ConfigException {
    Node value = values.get(key);
    return value == null
        ? Optional.empty()
        : Optional.of(Boolean.parseBoolean(scalar(key, value, Set.of(Tag.BOOL), "true or false")));
  }

  /** Returns a whole number. */
  public OptionalInt atLeast(int least, String key) throws ConfigException {
    Node value = values.get(key);
    return value == null
        ? OptionalInt.empty()
        : OptionalInt.of((int) whole(key, value, least, Integer.MAX_VALUE));
  }

  /** Returns a number of 0 or more, whole or not. */
  OptionalDouble positive(String key) throws ConfigException {
    Node value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    String expected = "a number of at least 0";
    String text = scalar(key, value, Set.of(Tag.INT, Tag.FLOAT), expected);
    try {
      double number = Double.parseDouble(text);
      if (number >= 0 && number <= Integer.MAX_VALUE) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // YAML has names for what is no number: refused all the same.
    }
    throw refused(key, value, expected);
  }

  /** Returns whole numbers of at least -1; empty if there is no such key. */
  Optional<long[]> dimensions(String key) throws ConfigException {
    List<Node> items = list(key);
    long[] dims = new long[items.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = whole("%s[%d]".formatted(key, i), items.get(i), -1, Long.MAX_VALUE);
    }
    return has(key) ? Optional.of(dims) : Optional.empty();
  }

  private long whole(String key, Node value, long least, long most) throws ConfigException {
    String expected = "a whole number of at least " + least;
    String text = scalar(key, value, Set.of(Tag.INT), expected);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Too large, or in a notation that nobody needs: refused all the same.
    }
    throw refused(key, value, expected);
  }

  private String scalar(String key, Node value, Set<Tag> tags, String expected)
      throws ConfigException {
    if (value instanceof ScalarNode scalar && tags.contains(scalar.getTag())) {
      return scalar.getValue();
    }
    throw refused(key, value, expected);
  }

  /** Returns a failure for the value of a key that must be there. */
  public ConfigException refused(String key, String expected) {
    return refused(key, values.getOrDefault(key, node), expected);
  }

  /** Returns a failure for the value of a key, which is not quoted: it may be a secret. */
  public ConfigException unusable(String key, String expected, String found) {
    return at(
        file,
        values.getOrDefault(key, node).getStartMark(),
        "%s%s: expected %s, found %s".formatted(prefix, key, expected, found));
  }

  private ConfigException refused(String key, Node value, String expected) {
    return at(file, value.getStartMark(), prefix + key + ": " + expected(expected, value));
  }

  private static String expected(String expected, Node found) {
    return "expected %s, found %s".formatted(expected, describe(found));
  }

  private static String describe(Node node) {
    return switch (node) {
      case ScalarNode scalar ->
          scalar.getTag().equals(Tag.NULL) ? "nothing" : "'" + scalar.getValue() + "'";
      case SequenceNode sequence -> "a list";
      case MappingNode mapping -> "a mapping";
      default -> node.getNodeType().toString();
    };
  }

  private static ConfigException at(Path file, Optional<Mark> mark, String problem) {
    String place =
        mark.map(found -> ":%d:%d".formatted(found.getLine() + 1, found.getColumn() + 1))
            .orElse("");
    return ConfigException.invalid("%s%s: %s".formatted(file, place, problem));
  }
}
