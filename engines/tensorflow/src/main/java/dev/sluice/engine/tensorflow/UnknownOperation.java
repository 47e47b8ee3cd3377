package dev.sluice.engine.tensorflow;

import dev.sluice.servable.ServingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says where an operation comes from that a model needs and TensorFlow does not have.
 *
 * <p>Names are those that the packages register; a name that ends in {@code *} stands for all that
 * begin so.
 */
final class UnknownOperation {
  private static final Pattern MESSAGE = Pattern.compile("Op type not registered '([^']+)'");
  private static final String TEXT = "tensorflow-text";
  private static final Map<String, String> PACKAGES = packages();

  private UnknownOperation() {}

  private static Map<String, String> packages() {
    Map<String, String> packages = new LinkedHashMap<>();
    for (String name :
        new String[] {
          "TFText>*",
          "CaseFoldUTF8",
          "ConstrainedSequence",
          "FastBertNormalize*",
          "FastSentencepiece*",
          "FastWordpiece*",
          "MaxSpanningTree",
          "NormalizeUTF8*",
          "RegexSplitWithOffsets",
          "RougeL",
          "SentenceFragments*",
          "Sentencepiece*",
          "SplitMerge*",
          "TokenizerFromLogits",
          "UnicodeScriptTokenizeWithOffsets",
          "WhitespaceTokenize*",
          "WordpieceTokenize*"
        }) {
      packages.put(name, TEXT);
    }
    packages.put("SimpleML*", "tensorflow-decision-forests");
    packages.put("Addons>*", "tensorflow-addons");
    packages.put("IO>*", "tensorflow-io");
    packages.put("TFRA>*", "tensorflow-recommenders-addons");
    packages.put("DecodeProtoSparseV*", "struct2tensor");
    packages.put("EquiJoinIndices*", "struct2tensor");
    packages.put("TRTEngineOp", "TensorFlow's build with TensorRT");
    return packages;
  }

  /** Returns the failure with the package added if it is about an operation of a known one. */
  static ServingException explain(ServingException failure) {
    Matcher message = MESSAGE.matcher(failure.text());
    if (!message.find()) {
      return failure;
    }
    String operation = message.group(1);
    return packageOf(operation)
        .map(
            name ->
                new ServingException(
                    failure.code(),
                    "%s (%s comes with %s; --custom_op_libraries loads its shared library)"
                        .formatted(failure.text(), operation, name)))
        .orElse(failure);
  }

  /** Returns the package that brings an operation, if it is known. */
  static Optional<String> packageOf(String operation) {
    for (Map.Entry<String, String> entry : PACKAGES.entrySet()) {
      String name = entry.getKey();
      boolean matches =
          name.endsWith("*")
              ? operation.startsWith(name.substring(0, name.length() - 1))
              : operation.equals(name);
      if (matches) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }
}
