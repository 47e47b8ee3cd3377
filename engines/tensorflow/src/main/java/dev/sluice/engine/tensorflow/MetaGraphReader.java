package dev.sluice.engine.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.protos.tensorflow.AttrValue;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

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
  private static final int GRAPH_LIBRARY = 2;
  private static final int LIBRARY_FUNCTION = 1;
  private static final int FUNCTION_SIGNATURE = 1;
  private static final int FUNCTION_NODE = 3;
  private static final int OP_DEF_NAME = 1;
  private static final int NODE_NAME = 1;
  private static final int NODE_OP = 2;
  private static final int NODE_INPUT = 3;
  private static final int NODE_ATTRIBUTE = 5;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final int SIGNATURE_MAP_ENTRY = 1;
  private static final Set<String> VARIABLE_OPS =
      Set.of("VarHandleOp", "VariableV2", "Variable", "_VarHandlesOp");

  /** Attributes of loops and branches that name functions. */
  private static final Set<String> BRANCHES =
      Set.of("cond", "body", "then_branch", "else_branch", "branches");

  private final Map<String, SignatureDef> signatures = new HashMap<>();
  private final Map<String, Shape> placeholders = new HashMap<>();
  private final ByteString.Output signatureBytes = ByteString.newOutput();
  private final CodedOutputStream signatureDefMap = CodedOutputStream.newInstance(signatureBytes);
  private final GraphOutline outline = new GraphOutline();
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
        reader.hasVariables,
        reader.keys(reader::isShapeBound),
        reader.keys(reader::isStateful));
  }

  private Set<String> keys(Predicate<SignatureDef> condition) {
    return signatures.entrySet().stream()
        .filter(entry -> condition.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  private boolean isStateful(SignatureDef signature) {
    return outline.mayChangeState(outputs(signature));
  }

  private static List<String> outputs(SignatureDef signature) {
    return signature.getOutputsMap().values().stream().map(TensorInfo::getName).toList();
  }

  private boolean isShapeBound(SignatureDef signature) {
    return outline.isShapeBound(
        outputs(signature),
        signature.getInputsMap().values().stream()
            .anyMatch(
                input ->
                    input.getDtype() == DataType.DT_INT32
                        || input.getDtype() == DataType.DT_INT64));
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
      switch (WireFormat.getTagFieldNumber(tag)) {
        case GRAPH_NODE -> addNode(readNode(in));
        case GRAPH_LIBRARY -> readLibrary(in);
        default -> in.skipField(tag);
      }
    }
    in.popLimit(limit);
  }

  private void addNode(NodeReader node) {
    if (node.op.equals("Placeholder") && node.shape.hasRank()) {
      placeholders.put(node.name, node.shape);
    }
    hasVariables |= VARIABLE_OPS.contains(node.op);
    outline.addNode(node.name, node.outline());
  }

  private void readLibrary(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == LIBRARY_FUNCTION) {
        readFunction(in);
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(limit);
  }

  private void readFunction(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    String name = "";
    Map<String, GraphOutline.Node> body = new HashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case FUNCTION_SIGNATURE -> name = readOpName(in);
        case FUNCTION_NODE -> {
          NodeReader node = readNode(in);
          body.put(node.name, node.outline());
        }
        default -> in.skipField(tag);
      }
    }
    in.popLimit(limit);
    outline.addFunction(name, body);
  }

  private static String readOpName(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    String name = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == OP_DEF_NAME) {
        name = in.readString();
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(limit);
    return name;
  }

  private static NodeReader readNode(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    NodeReader node = new NodeReader();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NODE_NAME -> node.name = in.readString();
        case NODE_OP -> node.op = in.readString();
        case NODE_INPUT -> node.inputs.add(in.readString());
        case NODE_ATTRIBUTE -> node.readAttribute(in);
        default -> in.skipField(tag);
      }
    }
    in.popLimit(limit);
    return node;
  }

  /** What is kept of one NodeDef. */
  private static final class NodeReader {
    private String name = "";
    private String op = "";
    private String function = "";
    private final List<String> branches = new ArrayList<>();
    private Shape shape = Shape.unknownRank();
    private final List<String> inputs = new ArrayList<>();

    GraphOutline.Node outline() {
      return new GraphOutline.Node(op, function, branches, inputs);
    }

    /** Takes the shape and the functions called; skips all others, which may be large. */
    private void readAttribute(CodedInputStream in) throws IOException {
      int limit = in.pushLimit(in.readRawVarint32());
      String key = "";
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        if (field == ENTRY_KEY) {
          key = in.readString();
        } else if (field == ENTRY_VALUE && key.equals("shape")) {
          AttrValue value = AttrValue.parseFrom(in.readByteArray());
          shape = value.hasShape() ? shape(value.getShape()) : shape;
        } else if (field == ENTRY_VALUE && key.equals("f")) {
          function = AttrValue.parseFrom(in.readByteArray()).getFunc().getName();
        } else if (field == ENTRY_VALUE && BRANCHES.contains(key)) {
          AttrValue value = AttrValue.parseFrom(in.readByteArray());
          if (value.hasFunc()) {
            branches.add(value.getFunc().getName());
          }
          value.getList().getFuncList().forEach(branch -> branches.add(branch.getName()));
        } else {
          in.skipField(tag);
        }
      }
      in.popLimit(limit);
    }
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
