package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.AttrValue;
import dev.sluice.protos.tensorflow.MetaGraphDef;
import dev.sluice.protos.tensorflow.NodeDef;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MetaGraphReaderTest {
  private static MetaGraph read(MetaGraphDef.Builder def) throws IOException {
    byte[] bytes = def.build().toByteArray();
    return MetaGraphReader.read(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }

  private static NodeDef.Builder node(String name, String op) {
    return NodeDef.newBuilder().setName(name).setOp(op);
  }

  private static AttrValue shape(long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dim));
    }
    return AttrValue.newBuilder().setShape(shape).build();
  }

  @Test
  void emptyMessageHasNothing() throws IOException {
    MetaGraph graph = read(MetaGraphDef.newBuilder());
    assertEquals(Map.of(), graph.signatures());
    assertEquals(Map.of(), graph.placeholders());
    assertFalse(graph.hasVariables());
  }

  @Test
  void onlyPlaceholdersOfKnownRankAreKept() throws IOException {
    AttrValue unknown =
        AttrValue.newBuilder().setShape(TensorShapeProto.newBuilder().setUnknownRank(true)).build();
    MetaGraphDef.Builder def = MetaGraphDef.newBuilder();
    def.getGraphDefBuilder()
        .addNode(node("a", "Placeholder").putAttr("shape", shape(-1, 8, 8, 1)))
        .addNode(node("b", "PlaceholderWithDefault").putAttr("shape", shape(1, 2, 3)))
        .addNode(node("c", "Placeholder").putAttr("shape", unknown))
        .addNode(node("d", "Placeholder").putAttr("other", shape(1, 2, 3)))
        .addNode(node("e", "Placeholder"))
        .addNode(
            node("f", "Placeholder")
                .putAttr("dtype", AttrValue.newBuilder().setI(1).build())
                .putAttr("shape", shape(2)));
    assertEquals(Map.of("a", Shape.of(-1, 8, 8, 1), "f", Shape.of(2)), read(def).placeholders());
  }

  @Test
  void variablesAreNoticed() throws IOException {
    for (String op : new String[] {"VarHandleOp", "VariableV2", "Variable"}) {
      MetaGraphDef.Builder def = MetaGraphDef.newBuilder();
      def.getGraphDefBuilder().addNode(node("a", "Const")).addNode(node("b", op));
      assertTrue(read(def).hasVariables(), op);
    }
  }

  @Test
  void signaturesAreKeptVerbatim() throws IOException {
    SignatureDef one = SignatureDef.newBuilder().setMethodName("m").build();
    SignatureDef two = SignatureDef.newBuilder().setMethodName("n").build();
    MetaGraphDef.Builder def =
        MetaGraphDef.newBuilder().putSignatureDef("one", one).putSignatureDef("two", two);
    MetaGraph graph = read(def);
    assertEquals(Map.of("one", one, "two", two), graph.signatures());
    assertEquals(
        graph.signatures(),
        SignatureDefMap.parseFrom(graph.signatureDefMap()).getSignatureDefMap());
  }

  @Test
  void truncatedMessageIsAnError() {
    MetaGraphDef.Builder def = MetaGraphDef.newBuilder();
    def.getGraphDefBuilder().addNode(node("a", "Placeholder").putAttr("shape", shape(1, 2, 3)));
    byte[] bytes = def.build().toByteArray();
    for (int length = 1; length < bytes.length; length++) {
      ByteBuffer part = ByteBuffer.wrap(bytes, 0, length).slice();
      assertThrows(IOException.class, () -> MetaGraphReader.read(part));
    }
  }
}
