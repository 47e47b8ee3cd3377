package dev.sluice.warmup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.protos.serving.ClassificationRequest;
import dev.sluice.protos.serving.ClassifyLog;
import dev.sluice.protos.serving.ExampleList;
import dev.sluice.protos.serving.ExampleListWithContext;
import dev.sluice.protos.serving.InferenceTask;
import dev.sluice.protos.serving.Input;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.MultiInferenceLog;
import dev.sluice.protos.serving.MultiInferenceRequest;
import dev.sluice.protos.serving.PredictLog;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictStreamedLog;
import dev.sluice.protos.serving.PredictionLog;
import dev.sluice.protos.serving.RegressLog;
import dev.sluice.protos.serving.RegressionRequest;
import dev.sluice.protos.serving.SessionRunLog;
import dev.sluice.protos.serving.SessionRunRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.Features;
import dev.sluice.protos.tensorflow.Int64List;
import dev.sluice.protos.tensorflow.NamedTensorProto;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmupTest {
  @TempDir private Path version;

  private final RecordingServable servable = new RecordingServable();
  private final List<String> log = new ArrayList<>();
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);

  @Test
  void aVersionWithoutTheFileIsLeftAlone() throws Exception {
    assertSame(servable, warmUp(1));
    assertEquals(List.of(), servable.runs);
    assertEquals(List.of(), log);
  }

  @Test
  void anEmptyFileIsFine() throws Exception {
    write(new byte[0]);
    assertSame(servable, warmUp(1));
    assertEquals(List.of(), servable.runs);
  }

  @Test
  void replaysPredictLogs() throws Exception {
    write(predict("add", 1, 2), predict("add", 3));
    assertSame(servable, warmUp(1));
    assertEquals(List.of("add[1.0, 2.0] -> 2 outputs", "add[3.0] -> 2 outputs"), servable.runs);
    assertTrue(
        log.getFirst().contains("{name: m version: 4} is warmed up: 2 records"), log::toString);
  }

  @Test
  void replaysEachRecordSoOften() throws Exception {
    write(predict("add", 1), predict("add", 3));
    warmUp(2);
    assertEquals(
        List.of(
            "add[1.0] -> 2 outputs",
            "add[1.0] -> 2 outputs",
            "add[3.0] -> 2 outputs",
            "add[3.0] -> 2 outputs"),
        servable.runs);
  }

  /** A run has its answer before its memory is given back: the next one must not wait for that. */
  @Test
  void goesOnAlthoughTheLastRunIsStillCleaningUp() throws Exception {
    CountDownLatch mayFree = new CountDownLatch(1);
    servable.mayFree = mayFree;
    write(predict("add", 1), predict("add", 2), predict("add", 3));
    warmUp(1);
    assertEquals(3, servable.runs.size());
    mayFree.countDown();
  }

  @Test
  void replaysClassifyAndRegressLogsAsExamples() throws Exception {
    Input input =
        Input.newBuilder()
            .setExampleList(
                ExampleList.newBuilder().addExamples(example("a")).addExamples(example("b")))
            .build();
    write(
        PredictionLog.newBuilder()
            .setClassifyLog(
                ClassifyLog.newBuilder()
                    .setRequest(ClassificationRequest.newBuilder().setInput(input)))
            .build(),
        PredictionLog.newBuilder()
            .setRegressLog(
                RegressLog.newBuilder().setRequest(RegressionRequest.newBuilder().setInput(input)))
            .build());
    warmUp(1);
    String run = "serving_default" + List.of(text(example("a")), text(example("b")));
    assertEquals(List.of(run + " -> 1 outputs", run + " -> 1 outputs"), servable.runs);
  }

  @Test
  void replaysEveryTaskOfAMultiInferenceWithTheContextInFront() throws Exception {
    Input input =
        Input.newBuilder()
            .setExampleListWithContext(
                ExampleListWithContext.newBuilder()
                    .setContext(example("c"))
                    .addExamples(example("a")))
            .build();
    write(
        PredictionLog.newBuilder()
            .setMultiInferenceLog(
                MultiInferenceLog.newBuilder()
                    .setRequest(
                        MultiInferenceRequest.newBuilder()
                            .setInput(input)
                            .addTasks(InferenceTask.getDefaultInstance())
                            .addTasks(InferenceTask.getDefaultInstance())))
            .build());
    warmUp(1);
    String both =
        "serving_default" + List.of(text(example("c")) + text(example("a"))) + " -> 1 outputs";
    assertEquals(List.of(both, both), servable.runs);
  }

  @Test
  void replaysSessionRunsThatASignatureCovers() throws Exception {
    write(sessionRun("in", "sum:1"), sessionRun("in:0", "sum"));
    warmUp(1);
    assertEquals(List.of("add[5.0] -> 1 outputs", "add[5.0] -> 1 outputs"), servable.runs);
  }

  @Test
  void refusesSessionRunsThatNoSignatureCovers() throws Exception {
    write(sessionRun("in", "hidden:0"));
    assertFailure(Code.UNIMPLEMENTED, "Unsupported log_type for warmup: 5", 0);
  }

  @Test
  void refusesStreamedLogs() throws Exception {
    write(
        PredictionLog.newBuilder()
            .setPredictStreamedLog(PredictStreamedLog.getDefaultInstance())
            .build());
    assertFailure(Code.UNIMPLEMENTED, "Unsupported log_type for warmup: 7", 0);
  }

  @Test
  void ignoresRecordsWithoutALog() throws Exception {
    write(PredictionLog.getDefaultInstance(), predict("add", 1));
    warmUp(1);
    assertEquals(1, servable.runs.size());
  }

  @Test
  void aBadSignatureFailsTheLoadWithTheRecordsIndex() throws Exception {
    write(predict("add", 1), predict("no_such_signature", 1));
    assertFailure(
        Code.FAILED_PRECONDITION, "Serving signature key \"no_such_signature\" not found.", 1);
    assertEquals(1, servable.runs.size());
  }

  @Test
  void aFailedRunFailsTheLoad() throws Exception {
    servable.failure = new ServingException(Code.INTERNAL, "out of luck");
    write(predict("add", 1));
    assertFailure(Code.INTERNAL, "out of luck", 0);
  }

  @Test
  void garbageInARecordFailsTheLoad() throws Exception {
    write(Records.framed(new byte[] {(byte) 0xff, 1}));
    assertFailure(Code.INVALID_ARGUMENT, "Failed to parse warmup record: ", 0);
  }

  @Test
  void aFileOfAnotherFormatFailsTheLoad() throws Exception {
    write("no records at all".getBytes(StandardCharsets.US_ASCII));
    ServingException failure = assertThrows(ServingException.class, () -> warmUp(1));
    assertEquals(Code.DATA_LOSS, failure.code());
    assertTrue(
        failure.text().endsWith(". Please verify your warmup data is in TFRecord format."),
        failure::text);
  }

  @Test
  void emptyInputsAreRefusedAsForClients() throws Exception {
    write(
        PredictionLog.newBuilder()
            .setClassifyLog(
                ClassifyLog.newBuilder().setRequest(ClassificationRequest.getDefaultInstance()))
            .build());
    assertFailure(Code.INVALID_ARGUMENT, "Input is empty.", 0);
  }

  @Test
  void moreThanAThousandRecordsFailTheLoad() throws Exception {
    PredictionLog[] records = new PredictionLog[Warmup.MAX_RECORDS + 1];
    Arrays.fill(records, PredictionLog.getDefaultInstance());
    write(records);
    ServingException failure = assertThrows(ServingException.class, () -> warmUp(1));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(
        failure.text().startsWith("Number of warmup records exceeds the maximum (1000) at "),
        failure::text);
    write(Arrays.copyOf(records, Warmup.MAX_RECORDS));
    warmUp(1);
  }

  @Test
  void aFileReadToItsEndIsMeasured() throws Exception {
    write(predict("add", 1, 2), predict("add", 3));
    warmUp(3);
    assertMeasured("model_warmup_records_read", version + "\",status=\"OK\"} 2");
    assertMeasured("model_warmup_latency_count", version + "\",status=\"OK\"} 1");
    assertMeasured("runtime_latency_count", "m\",API=\"Predict\",runtime=\"TF1\"} 6");
  }

  @Test
  void aFileThatCannotBeReadIsMeasured() throws Exception {
    write("no records at all".getBytes(StandardCharsets.US_ASCII));
    ServingException failure = assertThrows(ServingException.class, () -> warmUp(1));
    String status = "\",status=\"DATA_LOSS: " + failure.text() + "\"} ";
    assertMeasured("model_warmup_records_read", version + status + "0");
    assertMeasured("model_warmup_latency_count", version + status + "1");
  }

  @Test
  void aRecordThatFailsIsNoReadError() throws Exception {
    write(predict("no_such_signature", 1));
    assertFailure(Code.FAILED_PRECONDITION, "Serving signature key", 0);
    assertFalse(registry.page().contains("model_warmup_records_read{"), registry::page);
  }

  private void assertMeasured(String name, String labelsAndValue) {
    assertTrue(
        registry
            .page()
            .lines()
            .anyMatch(
                line ->
                    line.startsWith(":tensorflow:serving:" + name + "{")
                        && line.endsWith("=\"" + labelsAndValue)),
        () -> registry.page());
  }

  private RecordingServable warmUp(int iterations) throws ServingException {
    ModelVersion loaded = new ModelVersion(new ServableId("m", 4), "tensorflow", version);
    return (RecordingServable) new Warmup(iterations, metrics, log::add).decorate(loaded, servable);
  }

  private void assertFailure(Code code, String start, int record) {
    ServingException failure = assertThrows(ServingException.class, () -> warmUp(1));
    assertEquals(code, failure.code(), failure.text());
    assertTrue(failure.text().startsWith(start), failure::text);
    assertTrue(failure.text().contains("warm-up record " + record + " of "), failure::text);
  }

  private void write(PredictionLog... records) throws IOException {
    write(Records.of(records));
  }

  private void write(byte[] content) throws IOException {
    Path file = version.resolve(Warmup.FILE);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static PredictionLog predict(String signature, float... values) {
    PredictRequest request =
        PredictRequest.newBuilder()
            .setModelSpec(ModelSpec.newBuilder().setName("any").setSignatureName(signature))
            .putInputs("x", floats(values))
            .build();
    return PredictionLog.newBuilder()
        .setPredictLog(PredictLog.newBuilder().setRequest(request))
        .build();
  }

  private static PredictionLog sessionRun(String feed, String fetch) {
    SessionRunRequest request =
        SessionRunRequest.newBuilder()
            .addFeed(NamedTensorProto.newBuilder().setName(feed).setTensor(floats(5)))
            .addFetch(fetch)
            .build();
    return PredictionLog.newBuilder()
        .setSessionRunLog(SessionRunLog.newBuilder().setRequest(request))
        .build();
  }

  private static TensorProto floats(float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(values.length)));
    for (float value : values) {
      tensor.addFloatVal(value);
    }
    return tensor.build();
  }

  private static Example example(String feature) {
    Feature value = Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(1)).build();
    return Example.newBuilder()
        .setFeatures(Features.newBuilder().putFeature(feature, value))
        .build();
  }

  private static String text(Example example) {
    ByteString bytes = example.toByteString();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
