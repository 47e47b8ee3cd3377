package dev.sluice.config.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.config.ConfigException;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.ModelSettings.Batching;
import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.engine.ModelSettings.Threads;
import dev.sluice.servable.Code;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SidecarTest {
  @TempDir private Path directory;

  private ModelSettings read(String text) throws ConfigException {
    return Sidecar.read(write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Path write(byte[] content) {
    try {
      return Files.write(directory.resolve(Sidecar.FILE), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the message without the file's directory. */
  private String refusal(String text) {
    ConfigException failure = assertThrows(ConfigException.class, () -> read(text));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    return failure.text().replace(directory + "/", "");
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    assertEquals(
        new ModelSettings(
            "pytorch",
            "scorer.pt",
            Map.of(
                "serving_default",
                new Declaration(
                    List.of(
                        new TensorDeclaration("x", "features", DataType.FLOAT, Shape.of(-1, 13)),
                        new TensorDeclaration("ids", "", DataType.INT64, Shape.scalar())),
                    List.of(new TensorDeclaration("y", "", DataType.DOUBLE, null))),
                "embed",
                new Declaration(
                    List.of(new TensorDeclaration("x", "", null, null)),
                    List.of(new TensorDeclaration("h", "", DataType.STRING, null)))),
            new Threads(OptionalInt.of(2), OptionalInt.of(-1), OptionalInt.of(3)),
            new Batching(
                Optional.of(false), OptionalInt.of(32), Optional.of(Duration.ofNanos(2_500_000)))),
        read(
            """
            # all of them
            platform: pytorch
            model_file: scorer.pt
            inputs:
              - name: x
                rename: features
                dtype: float32
                shape: [-1, 13]
              - {name: ids, dtype: int64, shape: []}
            outputs:
              - name: "y"
                dtype: double
            signatures:
              embed:
                inputs: [{name: x}]
                outputs: [{name: h, dtype: string}]
            batching:
              enabled: false
              max_batch_size: 32
              latency_objective_ms: 2.5
            threads:
              intra_op: 2
              inter_op: -1
              lanes: 3
            """));
  }

  @Test
  void whatIsNotGivenIsNotSaid() throws ConfigException {
    assertEquals(ModelSettings.NONE, read(""));
    assertEquals(ModelSettings.NONE, read("# nothing\n"));
    assertEquals(ModelSettings.NONE, read("batching: {}\nthreads: {}\nsignatures: {}\n"));
  }

  @Test
  void dtypesHaveTensorFlowsNamesAndNumPys() throws ConfigException {
    for (DataType type : DataType.values()) {
      if (type.isFixedSize() || type == DataType.STRING) {
        assertEquals(type, dtype(type.label()));
      }
    }
    assertEquals(DataType.HALF, dtype("float16"));
    assertEquals(DataType.FLOAT, dtype("float32"));
    assertEquals(DataType.DOUBLE, dtype("float64"));
  }

  private DataType dtype(String name) throws ConfigException {
    DataType type =
        read("inputs: [{name: x, dtype: " + name + "}]")
            .signatures()
            .values()
            .iterator()
            .next()
            .inputs()
            .getFirst()
            .dtype();
    if (type == null) {
      throw new AssertionError(name);
    }
    return type;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          platfrom: onnx | 1:1: platfrom: unknown key; expected one of [batching, inputs, model_file, outputs, platform, signatures, threads]
          platform: 3 | 1:11: platform: expected a text, found '3'
          platform: [onnx] | 1:11: platform: expected a text, found a list
          platform: | 1:10: platform: expected a text, found nothing
          - onnx | 1:1: expected a mapping, found a list
          threads: 4 | 1:10: threads: expected a mapping, found '4'
          threads: {lanes: 0} | 1:18: threads.lanes: expected a whole number of at least 1, found '0'
          threads: {intra_op: -1} | 1:21: threads.intra_op: expected a whole number of at least 0, found '-1'
          threads: {inter_op: 1.5} | 1:21: threads.inter_op: expected a whole number of at least -1, found '1.5'
          threads: {lanes: 99999999999} | 1:18: threads.lanes: expected a whole number of at least 1, found '99999999999'
          batching: {enabled: maybe} | 1:21: batching.enabled: expected true or false, found 'maybe'
          batching: {max_batch: 4} | 1:12: batching.max_batch: unknown key; expected one of [enabled, latency_objective_ms, max_batch_size]
          batching: {latency_objective_ms: -1} | 1:34: batching.latency_objective_ms: expected a number of at least 0, found '-1'
          batching: {latency_objective_ms: .nan} | 1:34: batching.latency_objective_ms: expected a number of at least 0, found '.nan'
          inputs: x | 1:9: inputs: expected a list, found 'x'
          inputs: [x] | 1:10: inputs[0]: expected a mapping, found 'x'
          inputs: [{dtype: float}] | 1:10: inputs[0].name: expected a text, found no such key
          'inputs: [{name: a}, {name: a}]' | 1:28: inputs[1].name: expected a name that no other tensor here has, found 'a'
          'inputs: [{name: a, dtype: int128}]' | 1:27: inputs[0].dtype: expected one of [bfloat16, bool, complex128, complex64, double, float, float16, float32, float4_e2m1fn, float64, float8_e4m3b11fnuz, float8_e4m3fn, float8_e4m3fnuz, float8_e5m2, float8_e5m2fnuz, half, int16, int2, int32, int4, int64, int8, qint16, qint32, qint8, quint16, quint8, string, uint16, uint2, uint32, uint4, uint64, uint8], found 'int128'
          'inputs: [{name: a, shape: [2, -2]}]' | 1:31: inputs[0].shape[1]: expected a whole number of at least -1, found '-2'
          'inputs: [{name: a, shape: 3}]' | 1:27: inputs[0].shape: expected a list, found '3'
          signatures: {s: {in: []}} | 1:18: signatures.s.in: unknown key; expected one of [inputs, outputs]
          signatures: {s: {outputs: [{name: [a]}]}} | 1:35: signatures.s.outputs[0].name: expected a text, found a list
          'platform: a\\nplatform: b' | 2:1: platform: is given twice
          'inputs: []\\nsignatures: {serving_default: {}}' | 2:13: signatures: expected none of the name serving_default beside the keys inputs and outputs, which stand for it, found a mapping
          model_file: ../x.onnx | 1:13: model_file: expected the name of something in the version's directory, found '../x.onnx'
          model_file: /x.onnx | 1:13: model_file: expected the name of something in the version's directory, found '/x.onnx'
          """)
  void whatIsWrongIsSaidWithItsPlace(String text, String message) {
    assertEquals("sluice.yaml:" + message, refusal(text.replace("\\n", "\n")));
  }

  @Test
  void whatIsNoYamlIsSaidWithItsPlace() {
    String message = refusal("platform: onnx\nbatching: {enabled: true\n");
    assertEquals("sluice.yaml:3:1: ", message.substring(0, 17), message);
    String tab = refusal("threads:\n\tlanes: 3\n");
    assertEquals("sluice.yaml:2:1: ", tab.substring(0, 17), tab);
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    Path file = write(new byte[] {(byte) 0xff, (byte) 0xfe, 0x00});
    String message = assertThrows(ConfigException.class, () -> Sidecar.read(file)).text();
    assertEquals(true, message.startsWith(file + ": cannot be read: "), message);
  }
}
