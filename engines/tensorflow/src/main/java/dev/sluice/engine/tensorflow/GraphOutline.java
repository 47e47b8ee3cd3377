package dev.sluice.engine.tensorflow;

import java.util.ArrayDeque;
import java.util.Collections;
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
          "VariableV2",
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

  /**
   * Make a shape out of a value: harmless if the value was computed from shapes, as layers do it.
   */
  private static final Set<String> SHAPED_BY_VALUES =
      Set.of("Reshape", "Slice", "StridedSlice", "SplitV");

  /** Make an index, and so perhaps a shape, out of the values of floats. */
  private static final Set<String> INDEX_MAKERS = Set.of("Cast", "Bitcast", "ArgMax", "ArgMin");

  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Set<Work>> functions = new HashMap<>();

  /**
   * What an operation does.
   *
   * @param op its type
   * @param function the function that it calls, or an empty string
   */
  record Work(String op, String function) {}

  /**
   * An operation.
   *
   * @param inputs what it reads and waits for, as the graph writes it: {@code name:1}, {@code
   *     ^name}
   */
  record Node(Work work, List<String> inputs) {}

  private static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split(" "));
  }

  void addNode(String name, Node node) {
    nodes.put(name, node);
  }

  /** Adds a function by what its operations do. */
  void addFunction(String name, Set<Work> work) {
    functions.put(name, work);
  }

  /**
   * Returns true if the time of a run follows from shapes alone.
   *
   * @param fetches the tensors fetched
   * @param feedsIndices true if whole numbers are fed, which may be used as shapes
   */
  boolean isShapeBound(Iterable<String> fetches, boolean feedsIndices) {
    Set<String> ops = new HashSet<>();
    if (!collect(fetches, ops)) {
      return false;
    }
    boolean mayHaveIndices = feedsIndices || !Collections.disjoint(ops, INDEX_MAKERS);
    return SHAPE_BOUND.containsAll(ops)
        && (!mayHaveIndices || Collections.disjoint(ops, SHAPED_BY_VALUES));
  }

  /** Gathers the types of all operations that a run needs; false if the graph lacks something. */
  private boolean collect(Iterable<String> fetches, Set<String> ops) {
    Deque<String> todo = new ArrayDeque<>();
    fetches.forEach(tensor -> todo.add(operation(tensor)));
    Set<String> seen = new HashSet<>();
    Set<String> called = new HashSet<>();
    while (!todo.isEmpty()) {
      String name = todo.remove();
      if (seen.add(name)) {
        Node node = nodes.get(name);
        if (node == null || !collect(node.work(), ops, called)) {
          return false;
        }
        node.inputs().forEach(input -> todo.add(operation(input)));
      }
    }
    return true;
  }

  private boolean collect(Work first, Set<String> ops, Set<String> called) {
    Deque<Work> todo = new ArrayDeque<>(List.of(first));
    while (!todo.isEmpty()) {
      Work work = todo.remove();
      if (!CALLS.contains(work.op())) {
        ops.add(work.op());
      } else if (called.add(work.function())) {
        // A function that calls itself has a branch in it, which is on no list.
        Set<Work> inside = functions.get(work.function());
        if (inside == null) {
          return false;
        }
        todo.addAll(inside);
      }
    }
    return true;
  }

  private static String operation(String tensor) {
    int start = tensor.startsWith("^") ? 1 : 0;
    int colon = tensor.indexOf(':', start);
    return tensor.substring(start, colon < 0 ? tensor.length() : colon);
  }
}
