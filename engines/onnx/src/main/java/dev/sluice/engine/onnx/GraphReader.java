package dev.sluice.engine.onnx;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the outline of a model's graph from its file (onnx.proto), and none of the weights. */
final class GraphReader {
  private static final int MODEL_GRAPH = 7;
  private static final int MODEL_FUNCTION = 25;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int TENSOR_NAME = 8;
  private static final int NODE_INPUT = 1;
  private static final int NODE_OUTPUT = 2;
  private static final int NODE_OP_TYPE = 4;
  private static final int NODE_DOMAIN = 7;

  private final WireReader in;
  private final List<GraphOutline.Node> nodes = new ArrayList<>();
  private final Set<String> initializers = new HashSet<>();
  private boolean hasFunctions;

  private GraphReader(WireReader in) {
    this.in = in;
  }

  /** Reads a file. */
  static GraphOutline read(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return read(channel);
    }
  }

  static GraphOutline read(SeekableByteChannel channel) throws IOException {
    WireReader in = new WireReader(channel);
    GraphReader reader = new GraphReader(in);
    reader.fields(in.size(), reader::model);
    return new GraphOutline(reader.nodes, reader.initializers, reader.hasFunctions);
  }

  /** Takes a field with its value, or returns false and leaves the value where it is. */
  @FunctionalInterface
  private interface Field {
    boolean take(int number) throws IOException;
  }

  /** Reads the fields up to a place; those that are not taken are skipped. */
  private void fields(long end, Field field) throws IOException {
    while (in.position() < end) {
      long tag = in.varint();
      int wireType = (int) tag & 7;
      // All that we look at are messages and texts.
      if (wireType != WireReader.DELIMITED || !field.take((int) (tag >>> 3))) {
        in.skip(wireType);
      }
    }
    if (in.position() != end) {
      throw new IOException("a message goes on beyond its end at byte " + end);
    }
  }

  private boolean model(int number) throws IOException {
    hasFunctions |= number == MODEL_FUNCTION;
    if (number != MODEL_GRAPH) {
      return false;
    }
    fields(in.end(), this::graph);
    return true;
  }

  private boolean graph(int number) throws IOException {
    switch (number) {
      case GRAPH_NODE -> node();
      case GRAPH_INITIALIZER -> fields(in.end(), this::initializer);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean initializer(int number) throws IOException {
    if (number != TENSOR_NAME) {
      return false;
    }
    initializers.add(in.text());
    return true;
  }

  private void node() throws IOException {
    NodeFields node = new NodeFields();
    fields(in.end(), node::take);
    nodes.add(new GraphOutline.Node(node.op, node.domain, node.inputs, node.outputs));
  }

  private final class NodeFields {
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private String op = "";
    private String domain = "";

    private boolean take(int number) throws IOException {
      switch (number) {
        case NODE_INPUT -> inputs.add(in.text());
        case NODE_OUTPUT -> outputs.add(in.text());
        case NODE_OP_TYPE -> op = in.text();
        case NODE_DOMAIN -> domain = in.text();
        default -> {
          return false;
        }
      }
      return true;
    }
  }
}
