package dev.sluice.engine.tensorflow;

import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.tensor.Shape;
import java.util.Map;
import java.util.Set;

/**
 * What the engine needs to know of a MetaGraphDef.
 *
 * @param signatures the signatures by key, as the model has them
 * @param signatureDefMap all signatures verbatim, as a serialized {@code SignatureDefMap}
 * @param placeholders the declared shapes of those Placeholder operations whose rank is known
 * @param hasVariables true if the graph holds variables, so that it needs their values
 * @param shapeBound the keys of the signatures whose runs take a time that follows from the shapes
 *     of their inputs alone
 * @param stateful the keys of the signatures whose runs may change what later runs give
 */
record MetaGraph(
    Map<String, SignatureDef> signatures,
    ByteString signatureDefMap,
    Map<String, Shape> placeholders,
    boolean hasVariables,
    Set<String> shapeBound,
    Set<String> stateful) {}
