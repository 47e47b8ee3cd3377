package dev.sluice.engine.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which operations a graph has and what feeds what: enough to say whether the shapes of the inputs
 * alone decide how long a run takes.
 *
 * <p>An operation that is not known here counts as one whose time nobody knows.
 */
final class GraphOutline {
  /**
   * Operations whose work follows from the shapes of their operands. Missing on purpose: loops and
   * branches; what makes a size out of a value (Fill, Range, Tile, OneHot, Pad, BroadcastTo);
   * random numbers; text, image and record parsing; queues, tables, data sets and Python, which may
   * wait; writers of variables.
   */
  private static final Set<String> SHAPE_BOUND =
      words(
          // values, variables, calls
          "Const Placeholder PlaceholderWithDefault Identity IdentityN NoOp Snapshot StopGradient",
          "PreventGradient VarHandleOp _VarHandlesOp ReadVariableOp _ReadVariablesOp Variable",
          "VariableV2 PartitionedCall StatefulPartitionedCall",
          // linear algebra and layers
          "MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum Conv1D Conv2D Conv3D",
          "DepthwiseConv2dNative BiasAdd BiasAddV1 FusedBatchNorm FusedBatchNormV2",
          "FusedBatchNormV3 MaxPool AvgPool Softmax LogSoftmax Relu Relu6 LeakyRelu Elu Selu",
          "Softplus Softsign Sigmoid Tanh L2Loss LRN",
          // by element
          "Add AddV2 AddN Sub Mul MulNoNan Div DivNoNan RealDiv FloorDiv FloorMod Mod TruncateDiv",
          "TruncateMod Maximum Minimum SquaredDifference Pow Neg Abs Sign Square Sqrt Rsqrt Inv",
          "Reciprocal Exp Expm1 Log Log1p Sin Cos Tan Asin Acos Atan Sinh Cosh Erf Erfc Floor Ceil",
          "Round Rint Cast Bitcast Less LessEqual Greater GreaterEqual Equal NotEqual LogicalAnd",
          "LogicalOr LogicalNot Select SelectV2 IsNan IsInf IsFinite ClipByValue ZerosLike OnesLike",
          // reductions, shapes and moves
          "Sum Mean Max Min Prod All Any ArgMax ArgMin Reshape Squeeze ExpandDims Shape ShapeN Size",
          "Rank Pack Unpack Concat ConcatV2 Split SplitV Slice StridedSlice Transpose Gather",
          "GatherV2 GatherNd ResourceGather ResourceGatherNd");

  /** The calls that run a function of the graph's library, named by their attribute {@code f}. */
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  private static final String CALL = "call ";

  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Set<String>> functions = new HashMap<>();

  /**
   * An operation.
   *
   * @param op its type
   * @param inputs what it reads and waits for, as the graph writes it: {@code name:1}, {@code
   *     ^name}
   * @param function the function that it calls, or an empty string
   */
  record Node(String op, List<String> inputs, String function) {
    /** Returns the function called, or the type if it is none. */
    String work() {
      return CALLS.contains(op) ? CALL + function : op;
    }
  }

  private static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split(" "));
  }

  void addNode(String name, Node node) {
    nodes.put(name, node);
  }

  /** Adds a function by the {@linkplain Node#work() work} of its operations. */
  void addFunction(String name, Set<String> work) {
    functions.put(name, work);
  }

  /** Returns true if the time of a run that fetches these tensors follows from shapes alone. */
  boolean isShapeBound(Iterable<String> tensors) {
    Deque<String> todo = new ArrayDeque<>();
    tensors.forEach(tensor -> todo.add(operation(tensor)));
    Set<String> seen = new HashSet<>();
    Set<String> calling = new HashSet<>();
    while (!todo.isEmpty()) {
      String name = todo.remove();
      if (seen.add(name)) {
        Node node = nodes.get(name);
        if (node == null || !isBound(node.work(), calling)) {
          return false;
        }
        node.inputs().forEach(input -> todo.add(operation(input)));
      }
    }
    return true;
  }

  private boolean isBound(String work, Set<String> calling) {
    if (!work.startsWith(CALL)) {
      return SHAPE_BOUND.contains(work);
    }
    String function = work.substring(CALL.length());
    if (!calling.add(function)) {
      return true; // looked at already; a function that calls itself has a branch, and is refused
    }
    Set<String> inside = functions.get(function);
    return inside != null && inside.stream().allMatch(each -> isBound(each, calling));
  }

  private static String operation(String tensor) {
    int start = tensor.startsWith("^") ? 1 : 0;
    int colon = tensor.indexOf(':', start);
    return tensor.substring(start, colon < 0 ? tensor.length() : colon);
  }
}
