package dev.sluice.engine.tensorflow;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which operations a graph has and what feeds what: enough to say whether the shapes of the inputs
 * alone decide how long a run takes, and whether a run leaves traces.
 *
 * <p>An operation that is not known here counts as one whose time nobody knows.
 */
final class GraphOutline {
  private static final int LAST = -1;

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
   * Operations with operands whose values decide the shape of the result: harmless if they are
   * constants, or computed from shapes, as layers do it. By the first operand that is such a one;
   * all after it are too.
   */
  private static final Map<String, Integer> FIRST_SHAPING_OPERAND =
      Stream.concat(
              words(
                      "Reshape Slice StridedSlice SplitV ExpandDims Transpose Sum Mean Max Min Prod",
                      "All Any ArgMax ArgMin")
                  .stream()
                  .map(op -> Map.entry(op, 1)),
              Stream.of(Map.entry("GatherV2", 2), Map.entry("ConcatV2", LAST)))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  /** Operations whose first operand is the axis. */
  private static final Set<String> AXIS_FIRST = Set.of("Concat", "Split");

  /** Make an index, and so perhaps a shape, out of the values of floats. */
  private static final Set<String> INDEX_MAKERS =
      Set.of("Cast", "Bitcast", "ArgMax", "ArgMin", "Select", "SelectV2");

  /** Beginnings of the names of operations that change what later runs find. */
  private static final List<String> STATE_CHANGING =
      List.of(
          "Assign",
          "ScatterUpdate",
          "ScatterAdd",
          "ScatterSub",
          "ScatterMul",
          "ScatterDiv",
          "ScatterMin",
          "ScatterMax",
          "ScatterNdUpdate",
          "ScatterNdAdd",
          "ScatterNdSub",
          "ResourceScatter",
          "ResourceApply",
          "ResourceSparseApply",
          "Apply",
          "ResourceStridedSliceAssign",
          "StridedSliceAssign",
          "CountUpTo",
          "ResourceCountUpTo",
          "Queue",
          "FIFOQueue",
          "RandomShuffleQueue",
          "PaddingFIFOQueue",
          "PriorityQueue",
          "Stack",
          "Stage",
          "Unstage",
          "MapStage",
          "OrderedMap",
          "Barrier",
          "LookupTableInsert",
          "LookupTableImport",
          "LookupTableRemove",
          "MutableHashTable",
          "MutableDenseHashTable",
          "PyFunc",
          "EagerPyFunc",
          "Write",
          "Save",
          "Restore",
          "Iterator",
          "Print",
          "BatchFunction",
          "Unbatch",
          "Reader",
          "WholeFileReader",
          "TextLineReader",
          "TFRecordReader",
          "FixedLengthRecordReader",
          "IdentityReader",
          "LMDBReader",
          "Accumulator",
          "ConditionalAccumulator",
          "SparseConditionalAccumulator",
          "SparseAccumulator",
          "ResourceAccumulator",
          "ResourceConditionalAccumulator",
          "RngSkip",
          "RngReadAndSkip",
          "StatefulStandardNormal",
          "StatefulUniform",
          "StatefulTruncatedNormal",
          "StatefulRandomBinomial");

  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Map<String, Node>> functions = new HashMap<>();

  /**
   * An operation.
   *
   * @param op its type
   * @param function the function that it calls, or an empty string
   * @param branches other functions that it may call, in loops and branches
   * @param inputs what it reads and waits for, as the graph writes it: {@code name:1}, {@code
   *     ^name}
   */
  record Node(String op, String function, List<String> branches, List<String> inputs) {}

  private static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split(" "));
  }

  void addNode(String name, Node node) {
    nodes.put(name, node);
  }

  /** Adds a function by its operations and their names. */
  void addFunction(String name, Map<String, Node> body) {
    functions.put(name, body);
  }

  /**
   * Returns true if the time of a run follows from shapes alone.
   *
   * @param fetches the tensors fetched
   * @param feedsIndices true if whole numbers are fed, which may be used as shapes
   */
  boolean isShapeBound(Iterable<String> fetches, boolean feedsIndices) {
    Needs needs = new Needs();
    if (!needs.collect(fetches)) {
      return false;
    }
    boolean mayHaveIndices = feedsIndices || !Collections.disjoint(needs.ops, INDEX_MAKERS);
    return SHAPE_BOUND.containsAll(needs.ops) && !(mayHaveIndices && needs.shapedByValues);
  }

  /**
   * Returns true if a run may change what later runs give, as far as operations tell by their
   * names; also if the graph lacks something.
   *
   * @param fetches the tensors fetched
   */
  boolean mayChangeState(Iterable<String> fetches) {
    Set<String> called = new HashSet<>();
    Deque<String> todo = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    fetches.forEach(tensor -> todo.add(operation(tensor)));
    while (!todo.isEmpty()) {
      String name = todo.remove();
      if (seen.add(name)) {
        Node node = nodes.get(name);
        if (node == null || mayChangeState(node, called)) {
          return true;
        }
        node.inputs().forEach(input -> todo.add(operation(input)));
      }
    }
    return false;
  }

  private boolean mayChangeState(Node node, Set<String> called) {
    if (STATE_CHANGING.stream().anyMatch(start -> node.op().startsWith(start))) {
      return true;
    }
    // Graphs of TensorFlow 1 call a function by an operation of its name.
    String own = functions.containsKey(node.op()) ? node.op() : "";
    return Stream.concat(Stream.of(own, node.function()), node.branches().stream())
        .filter(function -> !function.isEmpty() && called.add(function))
        .anyMatch(
            function -> {
              Map<String, Node> body = functions.get(function);
              return body == null
                  || body.values().stream().anyMatch(inner -> mayChangeState(inner, called));
            });
  }

  /** Gathers what a run needs. */
  private final class Needs {
    private final Set<String> ops = new HashSet<>();
    private final Set<String> called = new HashSet<>();
    private boolean shapedByValues;

    /** Follows the tensors to what they are made of; false if the graph lacks something. */
    private boolean collect(Iterable<String> fetches) {
      Deque<String> todo = new ArrayDeque<>();
      fetches.forEach(tensor -> todo.add(operation(tensor)));
      Set<String> seen = new HashSet<>();
      while (!todo.isEmpty()) {
        String name = todo.remove();
        if (seen.add(name)) {
          Node node = nodes.get(name);
          if (node == null || !take(node, nodes)) {
            return false;
          }
          node.inputs().forEach(input -> todo.add(operation(input)));
        }
      }
      return true;
    }

    private boolean take(Node first, Map<String, Node> scope) {
      if (!CALLS.contains(first.op())) {
        ops.add(first.op());
        shapedByValues |= isShapedByValues(first, scope);
        return true;
      }
      // A function that calls itself has a branch in it, which is on no list.
      if (!called.add(first.function())) {
        return true;
      }
      Map<String, Node> body = functions.get(first.function());
      return body != null && body.values().stream().allMatch(node -> take(node, body));
    }
  }

  private static boolean isShapedByValues(Node node, Map<String, Node> scope) {
    List<String> operands = node.inputs().stream().filter(input -> !input.startsWith("^")).toList();
    int count = operands.size();
    List<String> shaping = List.of();
    if (AXIS_FIRST.contains(node.op())) {
      shaping = operands.subList(0, Math.min(1, count));
    } else if (FIRST_SHAPING_OPERAND.containsKey(node.op())) {
      int first = FIRST_SHAPING_OPERAND.get(node.op());
      shaping =
          operands.subList(first == LAST ? Math.max(0, count - 1) : Math.min(first, count), count);
    }
    return shaping.stream().anyMatch(operand -> !isConstant(scope.get(operation(operand))));
  }

  private static boolean isConstant(@Nullable Node node) {
    return node != null && node.op().equals("Const");
  }

  private static String operation(String tensor) {
    int start = tensor.startsWith("^") ? 1 : 0;
    int colon = tensor.indexOf(':', start);
    return tensor.substring(start, colon < 0 ? tensor.length() : colon);
  }
}
