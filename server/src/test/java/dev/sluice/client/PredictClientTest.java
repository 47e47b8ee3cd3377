package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.client.input.SourceFiles;
import dev.sluice.client.show.Screen;
import dev.sluice.client.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictClientTest {
  private static final String METADATA =
      """
      {"model_spec": {"name": "m", "version": "3"},
       "metadata": {"signature_def": {"signature_def": {
         "serving_default": {"method_name": "tensorflow/serving/predict",
           "inputs": {"x": {"name": "x:0", "dtype": "DT_FLOAT",
             "tensor_shape": {"unknown_rank": false, "dim": [{"size": "-1"}, {"size": "2"}]}}},
           "outputs": {"y": {"name": "y:0", "dtype": "DT_FLOAT",
             "tensor_shape": {"unknown_rank": false, "dim": [{"size": "-1"}]}}}}}}}}
      """;

  @TempDir private Path folder;
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    server.on("/v1/models/m/metadata", 200, METADATA);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String run(String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("m", "--url=" + server.url()));
    all.addAll(List.of(flags));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new PredictClient(
            PredictOptions.parse(all),
            new SourceFiles(InputStream.nullInputStream()),
            new PrintStream(out, true, UTF_8),
            new Screen(80, 50, "..."))
        .run();
    return out.toString(UTF_8);
  }

  private String refusal(String... flags) {
    return String.valueOf(assertThrows(Exception.class, () -> run(flags)).getMessage());
  }

  @Test
  void withoutInputsItShowsTheModel() throws Exception {
    assertEquals(
        """
        m, version 3 at %s

        signature serving_default
                  name  dtype    shape
          input   x     float32  [?, 2]
          output  y     float32  [?]

        Try:
          ./sluice predict m --url=%s --input rows.csv
        """
            .formatted(server.url(), server.url()),
        run());
  }

  @Test
  void answersAreTables() throws Exception {
    server.on("/v1/models/m:predict", 200, "{\"outputs\": [3.5, NaN]}");
    String[] lines = run("--input", "[[1,2],[3,4]]").split("\n");
    assertEquals("{\"inputs\":{\"x\":[[1.0,2.0],[3.0,4.0]]}}", server.bodies().getLast());
    assertEquals(List.of("#    y", "0  3.5", "1  nan"), List.of(lines).subList(0, 3));
    assertTrue(lines[3].matches("\\(2 rows, \\d+\\.\\d ms, m, version 3\\)"), lines[3]);
  }

  @Test
  void batchesAreJoined() throws Exception {
    server.on("/v1/models/m:predict", 200, "{\"outputs\": [1]}");
    Path csv = folder.resolve("y.csv");
    assertTrue(
        run("--input=1,2,3,4,5,6", "--batch=1", "--output=" + csv)
            .contains("(3 rows, 3 requests,"));
    assertEquals(
        List.of(
            "{\"inputs\":{\"x\":[[1.0,2.0]]}}",
            "{\"inputs\":{\"x\":[[3.0,4.0]]}}",
            "{\"inputs\":{\"x\":[[5.0,6.0]]}}"),
        server.bodies().subList(1, 4));
    assertEquals("y\n1.0\n1.0\n1.0\n", Files.readString(csv));
  }

  @Test
  void jsonIsTheAnswerAsItIs() throws Exception {
    server.on("/v1/models/m/versions/3:predict", 200, "{\n \"outputs\": [1]\n}");
    server.on("/v1/models/m/versions/3/metadata", 200, METADATA);
    assertEquals("{\n \"outputs\": [1]\n}\n", run("--json", "--input=1,2", "--version=3"));
  }

  @Test
  void headersAreSent() throws Exception {
    run("--header", "Authorization: Bearer x");
    assertEquals(List.of("Bearer x"), server.tokens());
    assertEquals("--header: expected \"Name: value\"", refusal("--header", "none"));
    assertTrue(refusal("--header", "a b: c").startsWith("--header: "));
  }

  @Test
  void theServersOwnErrorsAreReadable() {
    server.on("/v1/models/m:predict", 400, "{\"error\": \"shape [1,2] is\\nwrong\\u001b[31m\"}");
    assertEquals(
        "the server refused: shape [1,2] is\nwrong\\u001b[31m (HTTP 400)", refusal("--input=1,2"));
    server.on("/v1/models/m:predict", 502, "");
    assertEquals("the server refused: HTTP 502", refusal("--input=1,2"));
    server.on("/v1/models/m:predict", 200, "{\"outputs\": {\"y\": 1}}");
    assertTrue(refusal("--input=1,2").startsWith("the answer is not what the signature says: y"));
  }

  @Test
  void anUnknownModelIsNotFoundAndOthersAreNamed() {
    server.on(
        "/monitoring/prometheus/metrics",
        200,
        ":tensorflow:serving:request_count{model_name=\"digits\",status=\"OK\"} 1\n"
            + ":tensorflow:serving:request_count{model_name=\"nope\",status=\"NOT_FOUND\"} 1\n");
    assertEquals(
        server.url() + " does not serve nope: not here (HTTP 404)\nIt has answered for digits.",
        assertThrows(ServerException.class, this::unknown).getMessage());
  }

  private void unknown() throws Exception {
    new PredictClient(
            PredictOptions.parse(List.of("nope", "--url=" + server.url())),
            new SourceFiles(InputStream.nullInputStream()),
            System.out,
            new Screen(80, 50, "..."))
        .run();
  }

  @Test
  void anUnknownVersionIsNotFoundAndOthersAreNamed() {
    server.on(
        "/v1/models/m",
        200,
        "{\"model_version_status\": [{\"version\": \"3\", \"state\": \"AVAILABLE\"},"
            + " {\"version\": \"4\", \"state\": \"LOADING\"}]}");
    assertEquals(
        server.url()
            + " does not serve m, version 9: not here (HTTP 404)\n"
            + "Of its versions, 3 is AVAILABLE, 4 is LOADING.",
        refusal("--version=9"));
  }

  @Test
  void whereThereIsNoServerItSaysHowToStartOne() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertEquals(
        """
        no server at http://127.0.0.1:%d
        Start one: ./sluice serve --model_name=m --model_base_path=/path/to/m
        Or name another: --url=http://host:8501"""
            .formatted(port),
        refusal("--url=http://127.0.0.1:" + port));
    assertEquals(
        "no host no.such.host.invalid (--url)", refusal("--url=http://no.such.host.invalid:1"));
  }

  @Test
  void somethingElseThanAModelServerIsSeen() {
    server.on("/v1/models/m/metadata", 200, "<html>");
    assertTrue(refusal().contains("is it the REST port of a model server? (--url)"));
  }

  @Test
  void wrongNamesAreAnsweredWithTheRightOnes() {
    assertEquals(
        "m has no signature s; it has serving_default (--signature)", refusal("--signature=s"));
    assertEquals("--outputs=z: the model has y", refusal("--input=1,2", "--outputs=z"));
    server.on("/v1/models/m:predict", 200, "{\"outputs\": [1]}");
    assertEquals(
        "--top: no output is a vector of scores for each row", refusal("--input=1,2", "--top=1"));
  }

  @Test
  void commandLinesAreChecked() {
    assertTrue(refusal("--no-such").startsWith("unknown option --no-such"));
    assertEquals("what is rows.csv? Files and values follow --input", refusal("rows.csv"));
    assertEquals("--batch=0: expected at least 1", refusal("--batch=0"));
    assertEquals("--version and --label exclude each other", refusal("--version=1", "--label=a"));
    assertEquals("--scale=big: expected a range such as 0..1 or -1..1", refusal("--scale=big"));
    assertTrue(refusal("--output=x.parquet").contains(".csv, .json, .npy or .npz"));
    assertTrue(refusal("--output=/no/such/x.csv").contains("there is no such directory"));
    assertThrows(InputException.class, () -> PredictOptions.parse(List.of()));
    for (String url : List.of("grpc://h:1", "http://", "::", "ftp://h")) {
      assertEquals(
          "--url=" + url + ": expected an address such as http://127.0.0.1:8501",
          refusal("--url=" + url));
    }
  }

  @Test
  void addressesMayBeShort() throws Exception {
    assertEquals("http://host:8501", ServerUrl.parse("--url", "host").toString());
    assertEquals("http://host:9", ServerUrl.parse("--url", "host:9").toString());
    assertEquals(
        "https://host/serving", ServerUrl.parse("--url", "https://host/serving/").toString());
  }
}
