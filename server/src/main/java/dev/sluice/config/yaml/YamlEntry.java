package dev.sluice.config.yaml;

import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A key with its value.
 *
 * @param name how messages call it, such as {@code batching.mode}
 */
record YamlEntry(String name, Node key, Node value) {
  /** Returns the key as it is written. */
  String text() {
    return key instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}
