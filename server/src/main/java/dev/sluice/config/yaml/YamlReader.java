package dev.sluice.config.yaml;

import dev.sluice.config.FlagErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads the nodes of a file. What is not as expected is noted as a mistake, and nothing is returned
 * in its place. Confined to one thread.
 */
final class YamlReader {
  /** So many keys are listed to who wrote an unknown one. */
  private static final int MOST_LISTED = 12;

  private final Mistakes mistakes;
  private final Substitution substitution;

  YamlReader(Mistakes mistakes, Substitution substitution) {
    this.mistakes = mistakes;
    this.substitution = substitution;
  }

  Mistakes mistakes() {
    return mistakes;
  }

  /** Returns the entries of a mapping in their order, whatever their keys; each key once. */
  List<YamlEntry> entries(String name, Node node) {
    if (!(node instanceof MappingNode mapping)) {
      expected(name, node, "a mapping");
      return List.of();
    }
    Map<String, YamlEntry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        expected(name, tuple.getKeyNode(), "a key");
        continue;
      }
      YamlEntry entry =
          new YamlEntry(
              name.isEmpty() ? key.getValue() : name + "." + key.getValue(),
              key,
              tuple.getValueNode());
      YamlEntry before = entries.putIfAbsent(key.getValue(), entry);
      if (before != null) {
        mistakes.add(
            key,
            "%s: is given twice, also in %s"
                .formatted(entry.name(), Mistakes.lineOf(before.key())));
      }
    }
    return new ArrayList<>(entries.values());
  }

  /** Returns the entries of a mapping by their keys, of which there are only some. */
  Map<String, YamlEntry> entries(String name, Node node, Collection<String> keys) {
    Map<String, YamlEntry> known = new LinkedHashMap<>();
    for (YamlEntry entry : entries(name, node)) {
      if (keys.contains(entry.text())) {
        known.put(entry.text(), entry);
      } else {
        unknown(entry, keys);
      }
    }
    return known;
  }

  /** Notes a key that there is not. */
  void unknown(YamlEntry entry, Collection<String> keys) {
    String hint =
        FlagErrors.nearest(entry.text(), keys)
            .map(near -> "; did you mean %s?".formatted(near))
            .orElseGet(
                () ->
                    keys.size() <= MOST_LISTED
                        ? "; expected one of " + String.join(", ", new TreeSet<>(keys))
                        : "; keys are called like the flags of ./sluice serve --help");
    mistakes.add(entry.key(), "%s: unknown key%s".formatted(entry.name(), hint));
  }

  /** Returns the items of a list. */
  List<Node> items(YamlEntry entry) {
    if (entry.value() instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    expected(entry.name(), entry.value(), "a list");
    return List.of();
  }

  /** Returns a scalar's text with the environment's variables in it. */
  Optional<String> text(String name, Node node, String expected) {
    if (!(node instanceof ScalarNode scalar) || isNothing(node)) {
      expected(name, node, expected);
      return Optional.empty();
    }
    Substitution.Result result = substitution.apply(scalar.getValue());
    result.problem().ifPresent(problem -> mistakes.add(node, name + ": " + problem));
    return result.problem().isPresent() ? Optional.empty() : Optional.of(result.text());
  }

  /** Returns true or false. */
  Optional<Boolean> truth(YamlEntry entry) {
    String expected = "true or false";
    Optional<String> text = text(entry.name(), entry.value(), expected);
    if (text.isPresent() && !text.get().equals("true") && !text.get().equals("false")) {
      expected(entry.name(), entry.value(), expected);
      return Optional.empty();
    }
    return text.map(Boolean::parseBoolean);
  }

  /** Returns a whole number. */
  OptionalInt whole(YamlEntry entry, int least) {
    OptionalLong number = whole(entry.name(), entry.value(), least, Integer.MAX_VALUE);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  /** Returns a whole number. */
  OptionalLong whole(String name, Node node, long least, long most) {
    String expected =
        "a whole number" + (least == Long.MIN_VALUE ? "" : " of at least %d".formatted(least));
    Optional<String> text = text(name, node, expected);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= least && number <= most) {
        return OptionalLong.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    expected(name, node, expected);
    return OptionalLong.empty();
  }

  /** Returns a number, whole or not. */
  OptionalDouble number(YamlEntry entry, double least, double most, String expected) {
    Optional<String> text = text(entry.name(), entry.value(), expected);
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(text.get());
      if (number >= least && number <= most) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    expected(entry.name(), entry.value(), expected);
    return OptionalDouble.empty();
  }

  /** Notes that something else was expected. */
  void expected(String name, Node node, String expected) {
    mistakes.add(
        node,
        "%sexpected %s, found %s"
            .formatted(name.isEmpty() ? "" : name + ": ", expected, describe(name, node)));
  }

  /** Returns true if a key has no value. */
  static boolean isNothing(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  /** Returns a node for a message, as it is written. */
  static String describe(String name, Node node) {
    return switch (node) {
      case ScalarNode scalar ->
          isNothing(node) ? "nothing" : "'" + Secrets.shown(name, scalar.getValue()) + "'";
      case SequenceNode sequence -> "a list";
      case MappingNode mapping -> "a mapping";
      default -> node.getNodeType().toString();
    };
  }
}
