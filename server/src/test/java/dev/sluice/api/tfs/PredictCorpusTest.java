package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Replays what TensorFlow Serving 2.19.1 answered, recorded case by case, up to where a model would
 * run: the identity model's answers are compared whole, of other models only that they run.
 *
 * <p>A line has id, profile, code (or RUN), message (or *), request and response in base64.
 */
final class PredictCorpusTest {
  private static final String METHOD = "tensorflow.serving.PredictionService/Predict";

  private final List<Tensor> defaults = new ArrayList<>();

  @AfterEach
  void closeDefaults() {
    defaults.forEach(Tensor::close);
  }

  @Test
  void answersLikeTheReference() throws IOException {
    assertReplays("base", PredictOptions.DEFAULTS);
  }

  @Test
  void answersLikeTheReferenceWithTensorContent() throws IOException {
    assertReplays("tensor_content", new PredictOptions(true, false, 1 << 20));
  }

  @Test
  void answersLikeTheReferenceWithMethodNameCheck() throws IOException {
    assertReplays("method_check", new PredictOptions(false, true, 1 << 20));
  }

  private void assertReplays(String profile, PredictOptions options) throws IOException {
    int replayed = 0;
    List<String> differences = new ArrayList<>();
    try (TestServer server = TestServer.start(Runnable::run, options)) {
      addModels(server);
      for (String line : lines("predict-cases.tsv")) {
        String[] fields = line.split("\t", -1);
        if (fields[1].equals(profile)) {
          replayed++;
          String difference = difference(server, fields);
          if (!difference.isEmpty()) {
            differences.add(fields[0] + ": " + difference);
          }
        }
      }
    }
    assertTrue(replayed > 10, "cases of " + profile);
    assertEquals(List.of(), differences);
  }

  private static String difference(TestServer server, String[] fields) throws IOException {
    String code = fields[2];
    byte[] request = Base64.getDecoder().decode(fields[4]);
    try {
      byte[] response = RawCalls.call(server.channel, METHOD, request);
      PredictResponse expected = PredictResponse.parseFrom(Base64.getDecoder().decode(fields[5]));
      PredictResponse found = PredictResponse.parseFrom(response);
      return code.equals("OK") && found.equals(expected) ? "" : "found " + found;
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      String text = status.getDescription() == null ? "" : status.getDescription();
      if (code.equals("RUN")) {
        return status.getCode() == Status.Code.ABORTED ? "" : "did not run: " + status;
      }
      boolean same =
          status.getCode().name().equals(code) && (fields[3].equals("*") || text.equals(fields[3]));
      return same ? "" : "found " + status + ", expected " + code + " " + fields[3];
    }
  }

  private void addModels(TestServer server) throws IOException {
    for (String line : lines("signatures.tsv")) {
      String[] fields = line.split("\t", -1);
      Map<String, Signature> signatures = signatures(Base64.getDecoder().decode(fields[1]));
      FakeServable servable = new FakeServable(signatures, server.memory);
      if (!fields[0].equals("dtypes")) {
        servable.behave(
            (request, completion) -> completion.failed(new ServingException(Code.ABORTED, "ran")));
      }
      for (long version : versions(fields[0])) {
        server.models.add(fields[0], version, servable);
      }
    }
    server.models.label("half_plus_two", "stable", 1);
    server.models.label("half_plus_two", "canary", 2);
    server.models.label("half_plus_two", "missing", 77);
    server.models.label("half_plus_two", "odd label/1:x", 1);
  }

  private static long[] versions(String model) {
    return switch (model) {
      case "half_plus_two" -> new long[] {1, 2};
      case "saved_model_half_plus_two_tf2_cpu" -> new long[] {123};
      default -> new long[] {1};
    };
  }

  private Map<String, Signature> signatures(byte[] serialized) throws IOException {
    Map<String, Signature> signatures = new HashMap<>();
    SignatureDefMap.parseFrom(serialized)
        .getSignatureDefMap()
        .forEach((key, def) -> signatures.put(key, signature(key, def)));
    return signatures;
  }

  private Signature signature(String key, SignatureDef def) {
    Map<String, Tensor> values = new HashMap<>();
    def.getDefaultsMap().forEach((name, value) -> values.put(name, defaultValue(value)));
    return new Signature(
        key, def.getMethodName(), specs(def.getInputsMap()), specs(def.getOutputsMap()), values);
  }

  /** Any tensor will do: what is asked is only whether there is one. */
  private Tensor defaultValue(TensorProto value) {
    Tensor tensor =
        new NativeTensors()
            .allocate(DataType.FLOAT, Shape.scalar(), ValueLayout.JAVA_FLOAT.byteSize());
    defaults.add(tensor);
    assertTrue(value.getSerializedSize() > 0);
    return tensor;
  }

  private static List<TensorSpec> specs(Map<String, TensorInfo> infos) {
    List<TensorSpec> specs = new ArrayList<>();
    infos.forEach(
        (name, info) ->
            specs.add(
                new TensorSpec(
                    name,
                    DataType.ofNumber(info.getDtypeValue()),
                    false,
                    Shape.unknownRank(),
                    info.getName())));
    return specs;
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = PredictCorpusTest.class.getResourceAsStream(resource)) {
      assertTrue(in != null, resource);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
