package dev.sluice.config.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.config.ConfigException;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.ModelSettings.Batching;
import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.engine.ModelSettings.Threads;
import dev.sluice.source.VersionSelection;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TritonConfigTest {
  @TempDir private Path directory;

  private TritonConfig read(String text) throws ConfigException {
    try {
      return TritonConfig.read(Files.writeString(directory.resolve(TritonConfig.FILE), text));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aUsualFileIsReadAsItIs() throws ConfigException {
    TritonConfig config =
        read(
            """
            name: "resnet"
            platform: "onnxruntime_onnx"
            max_batch_size: 16
            default_model_filename: "resnet.onnx"
            input [
              { name: "image" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 224, 224 ] },
              { name: "size" data_type: TYPE_INT64 dims: [ 1 ] reshape { shape: [ ] } }
            ]
            output [ { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] label_filename: "labels.txt" } ]
            instance_group [ { count: 2 kind: KIND_GPU gpus: [ 0 ] }, { count: 1 kind: KIND_CPU } ]
            dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
            optimization { execution_accelerators { gpu_execution_accelerator: [ { name: "tensorrt" } ] } }
            parameters { key: "k" value: { string_value: "v" } }
            model_warmup [ { name: "w" batch_size: 1 } ]
            """);
    assertEquals(
        new ModelSettings(
            "onnxruntime_onnx",
            "resnet.onnx",
            Map.of(
                "serving_default",
                new Declaration(
                    List.of(
                        new TensorDeclaration(
                            "image", "", DataType.FLOAT, Shape.of(-1, 3, 224, 224)),
                        new TensorDeclaration("size", "", DataType.INT64, Shape.of(-1))),
                    List.of(
                        new TensorDeclaration("scores", "", DataType.FLOAT, Shape.of(-1, -1))))),
            new Threads(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(3)),
            new Batching(Optional.empty(), OptionalInt.of(16), Optional.empty())),
        config.settings());
    assertEquals(
        List.of(
            "dynamic_batching.max_queue_delay_microseconds",
            "dynamic_batching.preferred_batch_size",
            "input.format",
            "input.reshape",
            "instance_group.gpus",
            "instance_group.kind=KIND_GPU",
            "model_warmup",
            "optimization",
            "output.label_filename",
            "parameters"),
        List.copyOf(UnusedFields.of(config.message())));
  }

  @Test
  void withoutBatchesDimsAreWhole() throws ConfigException {
    TritonConfig config =
        read("backend: 'pytorch' input { name: 'x' data_type: TYPE_STRING dims: [ 2 ] }");
    assertEquals("pytorch", config.settings().platform());
    assertEquals(
        new TensorDeclaration("x", "", DataType.STRING, Shape.of(2)),
        config.settings().signatures().values().iterator().next().inputs().getFirst());
    assertEquals(Optional.of(false), config.settings().batching().enabled());
    assertEquals(List.of(), List.copyOf(UnusedFields.of(config.message())));
  }

  @Test
  void aFileThatSaysNothingChangesNothing() throws ConfigException {
    assertEquals(ModelSettings.NONE, read("name: 'm'").settings());
    assertEquals(ModelSettings.NONE, read("").settings());
    assertEquals(VersionSelection.DEFAULT, read("").selection());
  }

  @Test
  void everyTypeThatTheProtocolHasIsKnown() throws ConfigException {
    List<String> types = new ArrayList<>();
    for (dev.sluice.protos.inference.DataType type :
        dev.sluice.protos.inference.DataType.values()) {
      if (type != dev.sluice.protos.inference.DataType.UNRECOGNIZED) {
        DataType own =
            read("input { name: 'x' data_type: " + type + " }")
                .settings()
                .signatures()
                .values()
                .iterator()
                .next()
                .inputs()
                .getFirst()
                .dtype();
        types.add(type + " " + (own == null ? "-" : own.label()));
      }
    }
    assertEquals(
        List.of(
            "TYPE_INVALID -",
            "TYPE_BOOL bool",
            "TYPE_UINT8 uint8",
            "TYPE_UINT16 uint16",
            "TYPE_UINT32 uint32",
            "TYPE_UINT64 uint64",
            "TYPE_INT8 int8",
            "TYPE_INT16 int16",
            "TYPE_INT32 int32",
            "TYPE_INT64 int64",
            "TYPE_FP16 half",
            "TYPE_FP32 float",
            "TYPE_FP64 double",
            "TYPE_STRING string",
            "TYPE_BF16 bfloat16"),
        types);
  }

  @Test
  void versionPolicySelects() throws ConfigException {
    assertEquals(new VersionSelection.All(), read("version_policy { all {} }").selection());
    assertEquals(
        new VersionSelection.Latest(2),
        read("version_policy { latest { num_versions: 2 } }").selection());
    assertEquals(
        new VersionSelection.Specific(List.of(1L, 3L)),
        read("version_policy: { specific: { versions: [3, 1] } }").selection());
  }

  @Test
  void aFieldThatNobodyKnowsYetIsNoHarm() throws ConfigException {
    assertEquals("a", read("platform: 'a'\nfield_of_tomorrow { x: 1 }\n").settings().platform());
  }

  @Test
  void whatIsNoSuchMessageIsSaidWithItsPlace() {
    String message =
        assertThrows(ConfigException.class, () -> read("name: 'm'\nmax_batch_size: many\n")).text();
    assertEquals(
        "Invalid protobuf file: '%s': Error parsing text-format inference.ModelConfig: 2:17: Couldn't parse integer: For input string: \"many\""
            .formatted(directory.resolve(TritonConfig.FILE)),
        message);
    assertEquals(
        directory.resolve(TritonConfig.FILE)
            + ": default_model_filename: expected the name of something in the version's"
            + " directory, found '../m'",
        assertThrows(ConfigException.class, () -> read("default_model_filename: '../m'")).text());
  }
}
