package dev.sluice.engine.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.protos.tensorflow.AttrValue;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads a serialized MetaGraphDef, keeping little of it.
 *
 * <p>A graph may be gigabytes of constants: generated classes would put them all on the heap, this
 * skips over them. Signatures are kept byte by byte, because clients get them verbatim (grpc.md
 * §9). Field numbers: grpc.md §2.13 and graph.proto.
 */
final class MetaGraphReader {
  private static final int META_GRAPH_DEF = 2;
  private static final int META_SIGNATURE = 5;
  private static final int GRAPH_NODE = 1;
  private static final int NODE_NAME = 1;
  private static final int NODE_OP = 2;
  private static final int NODE_ATTRIBUTE = 5;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final int SIGNATURE_MAP_ENTRY = 1;
  private static final Set<String> VARIABLE_OPS =
      Set.of("VarHandleOp", "VariableV2", "Variable", "_VarHandlesOp");

  private final Map<String, SignatureDef> signatures = new HashMap<>();
  private final Map<String, Shape> placeholders = new HashMap<>();
  private final ByteString.Output signatureBytes = ByteString.newOutput();
  private final CodedOutputStream signatureDefMap = CodedOutputStream.newInstance(signatureBytes);
  private boolean hasVariables;

  private MetaGraphReader() {}

  /**
   * Reads the bytes of a MetaGraphDef.
   *
   * @throws IOException if they are none
   */
  static MetaGraph read(ByteBuffer bytes) throws IOException {
    MetaGraphReader reader = new MetaGraphReader();
    reader.readMetaGraph(CodedInputStream.newInstance(bytes));
    reader.signatureDefMap.flush();
    return new MetaGraph(
        Map.copyOf(reader.signatures),
        reader.signatureBytes.toByteString(),
        Map.copyOf(reader.placeholders),
        reader.hasVariables);
  }

  private void readMetaGraph(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case META_GRAPH_DEF -> readGraph(in);
        case META_SIGNATURE -> readSignature(in);
        default -> in.skipField(tag);
      }
    }
  }

  private void readSignature(CodedInputStream in) throws IOException {
    byte[] entry = in.readByteArray();
    signatureDefMap.writeByteArray(SIGNATURE_MAP_ENTRY, entry);
    String key = "";
    SignatureDef value = SignatureDef.getDefaultInstance();
    CodedInputStream fields = CodedInputStream.newInstance(entry);
    for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case ENTRY_KEY -> key = fields.readString();
        case ENTRY_VALUE -> value = SignatureDef.parseFrom(fields.readByteArray());
        default -> fields.skipField(tag);
      }
    }
    signatures.put(key, value);
  }

  private void readGraph(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == GRAPH_NODE) {
        readNode(in);
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(limit);
  }

  private void readNode(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    String name = "";
    String op = "";
    Shape shape = Shape.unknownRank();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NODE_NAME -> name = in.readString();
        case NODE_OP -> op = in.readString();
        case NODE_ATTRIBUTE -> shape = readShapeAttribute(in, shape);
        default -> in.skipField(tag);
      }
    }
    in.popLimit(limit);
    if (op.equals("Placeholder") && shape.hasRank()) {
      placeholders.put(name, shape);
    }
    hasVariables |= VARIABLE_OPS.contains(op);
  }

  /** Returns the value of the attribute if it is {@code shape}, else what was known before. */
  private static Shape readShapeAttribute(CodedInputStream in, Shape before) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    Shape shape = before;
    boolean wanted = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (field == ENTRY_KEY) {
        wanted = in.readString().equals("shape");
      } else if (field == ENTRY_VALUE && wanted) {
        AttrValue value = AttrValue.parseFrom(in.readByteArray());
        shape = value.hasShape() ? shape(value.getShape()) : before;
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(limit);
    return shape;
  }

  /** Returns a shape as the model declares it. */
  static Shape shape(TensorShapeProto proto) {
    if (proto.getUnknownRank()) {
      return Shape.unknownRank();
    }
    long[] dims = new long[proto.getDimCount()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = proto.getDim(axis).getSize();
    }
    return Shape.owning(dims);
  }
}
