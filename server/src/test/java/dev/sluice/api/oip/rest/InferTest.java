package dev.sluice.api.oip.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests in JSON, and their answers. */
final class InferTest {
  @TempDir private Path sharedMemory;

  private OipServer server;

  @BeforeEach
  void start() throws IOException {
    server = new OipServer(sharedMemory);
  }

  @AfterEach
  void everythingIsGivenBack() {
    server.close();
  }

  private static String request(String datatype, String shape, String data) {
    return """
        {"inputs": [{"name": "x", "datatype": "%s", "shape": %s, "data": %s}]}
        """
        .formatted(datatype, shape, data);
  }

  private static String answer(String datatype, String shape, String data) {
    return """
        {"model_name":"%s","model_version":"1","outputs":[\
        {"name":"y","datatype":"%s","shape":%s,"data":%s}]}"""
        .formatted(datatype, datatype, shape, data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FP32 | [1.5, -0.25, 3] | [1.5,-0.25,3.0]
          FP32 | [NaN, Infinity, -Infinity] | [NaN,Infinity,-Infinity]
          FP64 | [0.1, 1e300, 2] | [0.1,1e+300,2.0]
          INT8 | [-128, 0, 127] | [-128,0,127]
          UINT8 | [0, 128, 255] | [0,128,255]
          INT16 | [-32768, 0, 32767] | [-32768,0,32767]
          UINT16 | [0, 32768, 65535] | [0,32768,65535]
          INT32 | [-2147483648, 0, 2147483647] | [-2147483648,0,2147483647]
          UINT32 | [0, 1, 4294967295] | [0,1,4294967295]
          INT64 | [-9223372036854775808, 0, 9223372036854775807] | [-9223372036854775808,0,9223372036854775807]
          UINT64 | [0, 9223372036854775808, 18446744073709551615] | [0,9223372036854775808,18446744073709551615]
          BOOL | [true, false, 1] | [true,false,true]
          BYTES | ["", "a\\u00e9\\n", "\\"€\\""] | ["","aé\\n","\\"€\\""]
          """)
  void everyDatatypeThatJsonHasComesBack(String datatype, String data, String expected)
      throws Exception {
    assertEquals(
        answer(datatype, "[3]", expected), server.infer(datatype, request(datatype, "[3]", data)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INT8 | [1, -129] | element 1
          INT8 | [128, 1] | element 0
          UINT8 | [-1, 1] | element 0
          INT16 | [0, 32768] | element 1
          UINT16 | [65536, 0] | element 0
          INT32 | [2147483648, 0] | element 0
          UINT32 | [-1, 0] | element 0
          UINT32 | [0, 4294967296] | element 1
          INT64 | [9223372036854775808, 0] | element 0
          UINT64 | [-1, 0] | element 0
          UINT64 | [0, 18446744073709551616] | element 1
          INT32 | [1.0, 0] | element 0
          BOOL | [true, 2] | element 1
          FP32 | [1, "2"] | element 1
          FP64 | [1, null] | element 1
          BYTES | ["a", 1] | element 1
          BYTES | ["a", {"b64": "YQ=="}] | element 1
          """)
  void whatADatatypeCannotHoldIsRefusedByItsPlace(String datatype, String data, String place)
      throws Exception {
    String error = server.refusal(datatype, request(datatype, "[2]", data));
    assertTrue(error.contains("Model " + datatype + " version 1: input x: expected"), error);
    assertTrue(error.contains("as " + place), error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [2, 3] | [1, 2, 3, 4, 5, 6]
          [2, 3] | [[1, 2, 3], [4, 5, 6]]
          [1, 2, 3] | [[[1, 2, 3], [4, 5, 6]]]
          """)
  void dataMayBeFlatOrNested(String shape, String data) throws Exception {
    assertEquals(
        answer("INT32", shape.replace(" ", ""), "[1,2,3,4,5,6]"),
        server.infer("INT32", request("INT32", shape, data)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [] | [7] | [7]
          [0] | [] | []
          [0, 5] | [] | []
          [2, 0] | [[], []] | []
          [1, 1] | [[7]] | [7]
          """)
  void scalarsAndEmptyTensorsAreTensors(String shape, String data, String expected)
      throws Exception {
    assertEquals(
        answer("INT32", shape.replace(" ", ""), expected),
        server.infer("INT32", request("INT32", shape, data)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [3] | [1, 2] | expected 3 elements for shape [3], found 2
          [2, 3] | [1, 2, 3, 4, 5] | expected 6 elements for shape [2,3], found 5
          [2, 3] | [[1, 2], [3, 4], [5, 6]] | expected data nested as shape [2,3], found [3,2]
          [2, 2] | [[1, 2], [3]] | expected data nested as shape [2,2], found lists of other lengths
          [2, 2] | [[1, 2], 3] | expected data nested as shape [2,2], found lists of other lengths
          [2] | 5 | expected a list as data, found Number
          [9223372036854775807, 3] | [1] | whose product is less than 2^63
          [-1] | [1] | expected a shape
          [1.5] | [1] | expected a shape
          """)
  void dataMustBeWhatTheShapeSays(String shape, String data, String expected) throws Exception {
    String error = server.refusal("INT32", request("INT32", shape, data));
    assertTrue(error.contains(expected), error);
  }

  @ParameterizedTest
  @CsvSource({"FP16", "BF16"})
  void halfPrecisionHasNoJson(String datatype) throws Exception {
    String error = server.refusal(datatype, request(datatype, "[1]", "[1.0]"));
    assertTrue(error.contains("input x: expected binary data"), error);
  }

  @Test
  void membersMayComeInAnyOrderAndUnknownOnesAreIgnored() throws Exception {
    assertEquals(
        """
        {"model_name":"FP32","model_version":"1","id":"a \\"b\\"","outputs":[\
        {"name":"y","datatype":"FP32","shape":[1],"data":[2.0]}]}""",
        server.infer(
            "FP32",
            """
            {"outputs": null, "extra": {"inputs": [1]}, "parameters": {"priority": 3, "x": [1]},
             "inputs": [{"data": [2], "more": [[[0]]], "shape": [1], "parameters": {},
                         "datatype": "FP32", "name": "x"}],
             "id": "a \\"b\\""}
            """));
  }

  private static final String BOTH =
      """
      "inputs": [{"name": "b", "datatype": "BYTES", "shape": [1], "data": ["s"]},
                 {"name": "a", "datatype": "FP32", "shape": [1, 2], "data": [[1, 2]]}]""";

  @Test
  void outputsAreFilteredAndOrderedAsAsked() throws Exception {
    assertEquals(
        """
        {"model_name":"two","model_version":"1","outputs":[\
        {"name":"d","datatype":"BYTES","shape":[1],"data":["s"]},\
        {"name":"c","datatype":"FP32","shape":[1,2],"data":[1.0,2.0]}]}""",
        server.infer(
            OipServer.TWO, "{" + BOTH + ", \"outputs\": [{\"name\": \"d\"}, {\"name\": \"c\"}]}"));
    assertEquals(
        """
        {"model_name":"two","model_version":"1","outputs":[\
        {"name":"d","datatype":"BYTES","shape":[1],"data":["s"]}]}""",
        server.infer(OipServer.TWO, "{" + BOTH + ", \"outputs\": [{\"name\": \"d\"}]}"));
  }

  @Test
  void aParameterSelectsTheSignature() throws Exception {
    server.infer(OipServer.TWO, "{\"parameters\": {\"signature_name\": \"other\"}, " + BOTH + "}");
    String error =
        server.refusal(
            OipServer.TWO, "{\"parameters\": {\"signature_name\": \"third\"}, " + BOTH + "}");
    assertTrue(error.contains("[other, serving_default]"), error);
    assertTrue(error.contains("third"), error);
  }

  @Test
  void theClassificationOfAnOutputIsText() throws Exception {
    assertEquals(
        """
        {"model_name":"FP32","model_version":"1","outputs":[\
        {"name":"y","datatype":"BYTES","shape":[1,2],"data":["9.000000:1","3.000000:2"]}]}""",
        server.infer(
            "FP32",
            """
            {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 9, 3]}],
             "outputs": [{"name": "y", "parameters": {"classification": 2}}]}
            """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | expected the member \\"inputs\\"
          {"inputs": 1} | expected an array of inputs, found Number
          {"inputs": [1]} | input 0: expected an object, found Number
          {"inputs": [{}]} | input 0: expected the member \\"name\\"
          {"inputs": [{"name": 1}]} | input 0: expected a string as its name
          {"inputs": [{"name": "x"}]} | input x: expected the member \\"datatype\\"
          {"inputs": [{"name": "x", "datatype": "FP32"}]} | input x: expected the member \\"shape\\"
          {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1]}]} | input x: expected one of data
          {"inputs": [{"name": "x", "datatype": "FP99", "shape": [1], "data": [1]}]} | found \\"FP99\\"
          {"inputs": [{"name": "x", "datatype": "INT8", "shape": [1], "data": [1]}]} | expected datatype FP32
          {"inputs": [{"name": "z", "datatype": "FP32", "shape": [1], "data": [1]}]} | expected inputs [x]
          {"inputs": []} | found none for x
          {"id": 5, "inputs": []} | expected a string as the request's id
          {"parameters": [], "inputs": []} | Parameters of the request: expected an object
          [] | expected an object as the request, found Array
          {"inputs": []} x | Expected nothing behind the document
          {"inputs": | JSON Parse error
          """)
  void aMalformedRequestIsToldWhatIsMissing(String body, String expected) throws Exception {
    String error = server.refusal("FP32", body);
    assertTrue(error.contains(expected), error);
  }

  @Test
  void anEmptyBodyIsNoJson() throws Exception {
    assertTrue(server.refusal("FP32", "").contains("The document is empty"));
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    String body = request("FP32", "[1]", "[1]");
    HttpResponse<byte[]> model = server.post("/v2/models/none/infer", body);
    assertEquals(404, model.statusCode());
    assertTrue(new String(model.body(), UTF_8).contains("none"));
    assertEquals(404, server.post("/v2/models/FP32/versions/2/infer", body).statusCode());
    assertEquals(200, server.post("/v2/models/FP32/versions/1/infer", body).statusCode());
    assertEquals(400, server.post("/v2/models/FP32/versions/one/infer", body).statusCode());
    assertEquals(200, server.post("/v2/models/F%503%32/infer?a=b", body).statusCode());
  }

  @Test
  void oneInputIsNotGivenTwice() throws Exception {
    String input = "{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1]}";
    String error = server.refusal("FP32", "{\"inputs\": [" + input + ", " + input + "]}");
    assertTrue(error.contains("input x once"), error);
  }

  @Test
  void fewBytesDoNotMakeALargeTensor() throws Exception {
    String row = "[" + "1,".repeat(999) + "1]";
    String rows = "[" + row + ",[]".repeat(999) + "]";
    server.refusal("INT64", request("INT64", "[1000, 1000]", rows));
    assertEquals(0, server.memory.allocations());
  }

  @Test
  void manyOtherArraysAreStillPassed() throws Exception {
    String extra = "[" + "{\"a\": [[1], [2]]},".repeat(300) + "[]]";
    assertEquals(
        answer("INT32", "[2]", "[1,2]"),
        server.infer(
            "INT32",
            """
            {"extra": %s, "inputs": [{"extra": %s, "data": [1, 2], "shape": [2], "name": "x",
                                      "datatype": "INT32"}]}"""
                .formatted(extra, extra)));
  }

  @Test
  void aRequestThatIsOutOfItsOwnTimeIsAnswered() throws Exception {
    BlockingQueue<Completion> runs = new LinkedBlockingQueue<>();
    server.identity("FP32").behave((request, completion) -> runs.add(completion));
    HttpResponse<byte[]> answer =
        server.post(
            "/v2/models/FP32/infer",
            """
            {"parameters": {"timeout": 1000},
             "inputs": [{"name": "x", "datatype": "FP32", "shape": [1], "data": [1]}]}""");
    assertEquals(504, answer.statusCode());
    assertEquals(1, server.limiter.inFlight(), "it still runs");
    runs.take().failed(new ServingException(Code.ABORTED, "too late"));
  }

  @Test
  void whoeverFindsNoPermitIsToldSo() throws Exception {
    while (server.limiter.tryAcquire()) {}
    HttpResponse<byte[]> answer =
        server.post("/v2/models/FP32/infer", request("FP32", "[1]", "[1]"));
    assertEquals(429, answer.statusCode());
    while (server.limiter.inFlight() > 0) {
      server.limiter.release();
    }
  }

  /** Returns so many members, each with a name of its own. */
  private static String parameters(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"p" + i + "\":" + i)
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void partsAreBoundedAllTogether() throws Exception {
    String body =
        """
        {"parameters": %s,
         "inputs": [{"name": "x", "datatype": "FP32", "shape": [1], "data": [1], "parameters": %s}],
         "outputs": [{"name": "y", "parameters": %s}]}""";
    server.infer("FP32", body.formatted(parameters(5_000), parameters(3_000), parameters(2_000)));
    for (int[] counts : new int[][] {{10_001, 0, 0}, {5_000, 5_001, 0}, {5_000, 3_000, 2_001}}) {
      String error =
          server.refusal(
              "FP32",
              body.formatted(parameters(counts[0]), parameters(counts[1]), parameters(counts[2])));
      assertTrue(error.contains("at most 10000 parameters in a request, found more"), error);
    }
    String input = "{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1]}";
    String inputs = server.refusal("FP32", listed("inputs", input, 10_001) + "}");
    assertTrue(inputs.contains("expected at most 10000 inputs in a request"), inputs);
    String outputs =
        server.refusal(
            "FP32",
            listed("inputs", input, 1)
                + ","
                + listed("outputs", "{\"name\": \"y\"}", 10_001).substring(1)
                + "}");
    assertTrue(outputs.contains("expected at most 10000 outputs in a request"), outputs);
  }

  private static String listed(String member, String element, int count) {
    return "{\"" + member + "\": [" + (element + ",").repeat(count - 1) + element + "]";
  }
}
