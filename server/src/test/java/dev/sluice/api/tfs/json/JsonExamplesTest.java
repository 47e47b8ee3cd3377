package dev.sluice.api.tfs.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.BytesList;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.FloatList;
import dev.sluice.protos.tensorflow.Int64List;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What TensorFlow makes of the same bytes is a test of the module it. */
final class JsonExamplesTest {
  private static List<Example> read(String json) throws Exception {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    JsonExamples examples = JsonExamples.read(JsonBody.scan(body, 0, body.length));
    int count = examples.count();
    long size = StringTensors.byteSize(count, examples.contentBytes());
    MemorySegment data = MemorySegment.ofArray(new byte[(int) size]);
    examples.copyTo(data);
    List<Example> parsed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MemorySegment element = StringTensors.element(data, count, i);
      parsed.add(Example.parseFrom(element.toArray(ValueLayout.JAVA_BYTE)));
    }
    return parsed;
  }

  private static Feature feature(String value) throws Exception {
    Map<String, Feature> features =
        read("{\"examples\":[{\"x\": " + value + "}]}").getFirst().getFeatures().getFeatureMap();
    assertEquals(1, features.size());
    return features.getOrDefault("x", Feature.getDefaultInstance());
  }

  private static Feature floats(float... values) {
    FloatList.Builder list = FloatList.newBuilder();
    for (float value : values) {
      list.addValue(value);
    }
    return Feature.newBuilder().setFloatList(list).build();
  }

  private static Feature longs(long... values) {
    Int64List.Builder list = Int64List.newBuilder();
    for (long value : values) {
      list.addValue(value);
    }
    return Feature.newBuilder().setInt64List(list).build();
  }

  private static Feature strings(String... values) {
    BytesList.Builder list = BytesList.newBuilder();
    for (String value : values) {
      list.addValue(ByteString.copyFromUtf8(value));
    }
    return Feature.newBuilder().setBytesList(list).build();
  }

  private static String error(String json) {
    ServingException e = assertThrows(ServingException.class, () -> read(json));
    assertEquals(Code.INVALID_ARGUMENT, e.code());
    return e.text();
  }

  private static String featureError(String value) {
    return error("{\"examples\":[{\"x\":" + value + "}]}");
  }

  @Test
  void numbersWithPointOrExponentAreFloats() throws Exception {
    assertEquals(floats(1.5f), feature("1.5"));
    assertEquals(floats(1000, -0.0f), feature("[1e3, -0.0]"));
    assertEquals(
        floats(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY),
        feature("[NaN, Infinity, -Inf]"));
    assertEquals(floats(Float.POSITIVE_INFINITY), feature("1e39"));
    assertEquals(floats(1.8446744e19f), feature("18446744073709551616"));
  }

  @Test
  void wholeNumbersAndTruthsAreIntegers() throws Exception {
    assertEquals(longs(2), feature("2"));
    assertEquals(longs(0, 1, 0), feature("[-0, true, false]"));
    assertEquals(
        longs(Long.MAX_VALUE, Long.MIN_VALUE, -1),
        feature("[9223372036854775807, -9223372036854775808, -1]"));
  }

  @Test
  void stringsAndBase64AreBytes() throws Exception {
    assertEquals(strings("a"), feature("\"a\""));
    assertEquals(strings("ä\n", "hi", ""), feature("[\"\\u00e4\\n\", {\"b64\":\"aGk=\"}, \"\"]"));
  }

  @Test
  void aFeatureWithoutElementsHasNoKind() throws Exception {
    assertEquals(Feature.getDefaultInstance(), feature("[]"));
  }

  @Test
  void longValuesHaveLongLengths() throws Exception {
    assertEquals(strings("a".repeat(70_000)), feature('"' + "a".repeat(70_000) + '"'));
    assertEquals(longs(new long[300]), feature(new ArrayList<>(zeros(300)).toString()));
  }

  private static List<Long> zeros(int count) {
    return java.util.Collections.nCopies(count, 0L);
  }

  @Test
  void ofTwoFeaturesOfOneNameTheLastCounts() throws Exception {
    Example example = read("{\"examples\":[{\"x\":1.0,\"y\":1,\"x\":\"s\"}]}").getFirst();
    assertEquals(Map.of("x", strings("s"), "y", longs(1)), example.getFeatures().getFeatureMap());
  }

  @Test
  void theContextIsBeforeEachExampleAndYieldsToIt() throws Exception {
    List<Example> examples =
        read("{\"examples\":[{}, {\"x\":2.0}],\"context\":{\"x\":5.0,\"y\":[]}}");
    assertEquals(
        Map.of("x", floats(5), "y", Feature.getDefaultInstance()),
        examples.get(0).getFeatures().getFeatureMap());
    assertEquals(
        Map.of("x", floats(2), "y", Feature.getDefaultInstance()),
        examples.get(1).getFeatures().getFeatureMap());
  }

  @Test
  void elementsOfOneFeatureAreOfOneKind() {
    assertEquals(
        "Unexpected element type in feature: x expecting type: float", featureError("[1.0, 2]"));
    assertEquals(
        "Unexpected element type in feature: x expecting type: int64", featureError("[true, 1.0]"));
    assertEquals(
        "Unexpected element type in feature: x expecting type: bytes", featureError("[\"a\", 1]"));
    assertEquals(
        "Feature: x has uint64_t element. Only int64_t is supported.",
        featureError("18446744073709551615"));
    assertEquals("Unable to base64 decode", featureError("{\"b64\":\"!\"}"));
  }

  @Test
  void whatIsNoElementIsNamed() {
    assertEquals("Feature: x has element with unexpected JSON type: Null", featureError("null"));
    assertEquals("Feature: x has element with unexpected JSON type: Array", featureError("[[1]]"));
    assertEquals(
        "Feature: x has element with unexpected JSON type: Object", featureError("{\"b64\":1}"));
  }

  @Test
  void deepNestingIsRefusedWithoutRecursion() {
    int depth = 500_000;
    assertEquals(
        "Feature: x has element with unexpected JSON type: Array",
        featureError("[".repeat(depth) + "]".repeat(depth)));
    String deepObject = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    assertEquals(
        "Feature: x has element with unexpected JSON type: Object", featureError(deepObject));
  }

  @Test
  void theContextIsCheckedBeforeTheExamples() {
    assertEquals("Example must be JSON object but got JSON Null", error("{\"context\":null}"));
    assertEquals(
        "JSON Value: {} When method is classify, key 'examples' is expected and was not found",
        error("{}"));
    assertEquals(
        "Example must be JSON object but got JSON False", error("{\"examples\":[{},false]}"));
  }
}
