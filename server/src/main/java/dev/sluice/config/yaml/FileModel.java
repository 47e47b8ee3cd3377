package dev.sluice.config.yaml;

import dev.sluice.engine.ModelSettings;
import dev.sluice.protos.serving.ModelConfig;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A model of a file, not yet checked against the engines that there are.
 *
 * @param config what a model configuration can say of it
 * @param own how its versions run, where that is said
 * @param place where it is
 * @param platformPlace where its platform is; where it is itself if none is said
 */
record FileModel(ModelConfig config, ModelSettings own, Node place, Node platformPlace) {
  String name() {
    return config.getName();
  }
}
