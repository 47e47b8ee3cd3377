package dev.sluice.engine.onnx;

import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which operations a graph has and what feeds what: enough to say whether the shapes of the inputs
 * alone decide how long a run takes. Immutable.
 *
 * <p>An operation that is not known here counts as one whose time nobody knows.
 */
final class GraphOutline {
  /**
   * Operations whose work follows from the shapes of their operands. Missing on purpose: If, Loop
   * and Scan; NonZero, Compress, Unique, NonMaxSuppression and sequences, whose sizes are values;
   * recurrent layers, which may be told lengths; trees, whose paths differ; random numbers; text.
   */
  private static final Set<String> SHAPE_BOUND =
      words(
          // values
          "Constant Identity Dropout",
          // linear algebra and layers
          "MatMul Gemm Einsum Conv ConvTranspose MatMulInteger ConvInteger QLinearMatMul",
          "QLinearConv QuantizeLinear DequantizeLinear DynamicQuantizeLinear BatchNormalization",
          "InstanceNormalization LayerNormalization GroupNormalization RMSNormalization",
          "LpNormalization MeanVarianceNormalization LRN MaxPool AveragePool LpPool GlobalMaxPool",
          "GlobalAveragePool GlobalLpPool Softmax LogSoftmax Hardmax Relu LeakyRelu PRelu Elu Selu",
          "Celu ThresholdedRelu Gelu Swish Softplus Softsign Sigmoid HardSigmoid HardSwish Mish",
          "Tanh",
          // by element
          "Add Sub Mul Div Mod Pow Max Min Sum Mean Neg Abs Sign Sqrt Exp Log Sin Cos Tan Asin",
          "Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Floor Ceil Round Reciprocal Clip Cast",
          "CastLike Equal Less LessOrEqual Greater GreaterOrEqual And Or Not Xor Where IsNaN IsInf",
          "BitShift BitwiseAnd BitwiseOr BitwiseNot BitwiseXor Shrink",
          // reductions, shapes and moves
          "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum",
          "ReduceLogSumExp ReduceSumSquare ArgMax ArgMin CumSum TopK Reshape Squeeze Unsqueeze",
          "Flatten Shape Size Concat Split Slice Transpose Gather GatherElements GatherND",
          "ScatterElements ScatterND Expand Tile Pad ConstantOfShape Range OneHot EyeLike Trilu",
          "DepthToSpace SpaceToDepth",
          // ai.onnx.ml
          "Scaler Normalizer Binarizer Imputer FeatureVectorizer ArrayFeatureExtractor",
          "LinearClassifier LinearRegressor SVMClassifier SVMRegressor LabelEncoder");

  private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml");

  /**
   * Operations with operands whose values decide the shape of the result: harmless if they are
   * constants, or computed from shapes, as exporters do it. By the first operand that is such a
   * one; all after it are too.
   */
  private static final Map<String, Integer> FIRST_SHAPING_OPERAND = firstShapingOperands();

  /** Make whole numbers, and so perhaps a shape, out of other values. */
  private static final Set<String> INDEX_MAKERS =
      words(
          "Cast CastLike ArgMax ArgMin TopK Where QuantizeLinear DynamicQuantizeLinear",
          "MatMulInteger ConvInteger LinearClassifier SVMClassifier LabelEncoder");

  private static final Set<DataType> NO_INDICES =
      Set.of(DataType.FLOAT, DataType.DOUBLE, DataType.HALF, DataType.BFLOAT16, DataType.BOOL);

  private final Set<String> ops;
  private final boolean known;
  private final boolean shapedByValues;

  /**
   * An operation.
   *
   * @param op its type
   * @param domain the set of operations that the type is one of
   * @param inputs the values that it reads; an empty name stands for one that is left out
   * @param outputs the values that it makes
   */
  record Node(String op, String domain, List<String> inputs, List<String> outputs) {}

  /**
   * Creates an outline.
   *
   * @param initializers the names of values that the model has
   * @param hasFunctions true if the model defines operations of its own
   */
  GraphOutline(Collection<Node> nodes, Set<String> initializers, boolean hasFunctions) {
    ops = nodes.stream().map(Node::op).collect(Collectors.toUnmodifiableSet());
    known = !hasFunctions && nodes.stream().allMatch(node -> DOMAINS.contains(node.domain()));
    Set<String> constants = new HashSet<>(initializers);
    constants.add("");
    nodes.stream()
        .filter(node -> node.op().equals("Constant"))
        .forEach(node -> constants.addAll(node.outputs()));
    shapedByValues = nodes.stream().anyMatch(node -> isShapedByValues(node, constants));
  }

  private static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split(" "));
  }

  private static Map<String, Integer> firstShapingOperands() {
    Map<Integer, Set<String>> byOperand =
        Map.of(
            0, words("ConstantOfShape Range"),
            1,
                words(
                    "Reshape Squeeze Unsqueeze Slice Split Expand Tile Pad OneHot TopK ReduceSum",
                    "ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum",
                    "ReduceLogSumExp ReduceSumSquare"));
    return byOperand.entrySet().stream()
        .flatMap(entry -> entry.getValue().stream().map(op -> Map.entry(op, entry.getKey())))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static boolean isShapedByValues(Node node, Set<String> constants) {
    Integer first = FIRST_SHAPING_OPERAND.get(node.op());
    return first != null
        && node.inputs().stream().skip(first).anyMatch(input -> !constants.contains(input));
  }

  /**
   * Returns true if the time of a run follows from shapes alone.
   *
   * @param inputs what the graph is fed; whole numbers among it may be used as shapes
   */
  boolean isShapeBound(Collection<TensorSpec> inputs) {
    Set<DataType> fed = EnumSet.noneOf(DataType.class);
    for (TensorSpec input : inputs) {
      if (input.dtype() != null) {
        fed.add(input.dtype());
      }
    }
    boolean feedsIndices = !NO_INDICES.containsAll(fed);
    boolean mayHaveIndices = feedsIndices || !Collections.disjoint(ops, INDEX_MAKERS);
    return known
        && !fed.contains(DataType.STRING)
        && SHAPE_BOUND.containsAll(ops)
        && !(mayHaveIndices && shapedByValues);
  }
}
