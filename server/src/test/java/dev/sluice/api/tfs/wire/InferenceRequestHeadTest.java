package dev.sluice.api.tfs.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.protos.serving.ClassificationRequest;
import dev.sluice.protos.serving.ExampleList;
import dev.sluice.protos.serving.ExampleListWithContext;
import dev.sluice.protos.serving.InferenceTask;
import dev.sluice.protos.serving.Input;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.MultiInferenceRequest;
import dev.sluice.protos.tensorflow.BytesList;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.Feature;
import dev.sluice.protos.tensorflow.Features;
import dev.sluice.protos.tensorflow.FloatList;
import dev.sluice.protos.tensorflow.Int64List;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InferenceRequestHeadTest {
  private static final ModelSpec SPEC =
      ModelSpec.newBuilder().setName("m").setSignatureName("s").build();

  private static Example example(int seed) {
    Features.Builder features = Features.newBuilder();
    features.putFeature(
        "ä",
        Feature.newBuilder()
            .setInt64List(Int64List.newBuilder().addValue(seed % 2 == 0 ? seed : -seed))
            .build());
    features.putFeature(
        "f",
        Feature.newBuilder()
            .setFloatList(FloatList.newBuilder().addValue(seed).addValue(1))
            .build());
    features.putFeature(
        "b",
        Feature.newBuilder()
            .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFrom(new byte[seed])))
            .build());
    return Example.newBuilder().setFeatures(features).build();
  }

  private static List<ByteString> examples(InferenceRequestHead head) throws Exception {
    int count = head.exampleCount();
    long size = StringTensors.byteSize(count, head.exampleBytes());
    MemorySegment data = MemorySegment.ofArray(new byte[(int) size]);
    head.copyExamples(data);
    List<ByteString> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = StringTensors.element(data, count, i).toArray(ValueLayout.JAVA_BYTE);
      examples.add(ByteString.copyFrom(bytes));
    }
    return examples;
  }

  private static InferenceRequestHead scan(ClassificationRequest request) throws Exception {
    return InferenceRequestHead.scan(Wire.whole(request));
  }

  private static ClassificationRequest request(Input.Builder input) {
    return ClassificationRequest.newBuilder().setModelSpec(SPEC).setInput(input).build();
  }

  private static Input.Builder list(Example... examples) {
    return Input.newBuilder()
        .setExampleList(ExampleList.newBuilder().addAllExamples(List.of(examples)));
  }

  @Test
  void examplesComeOutAsTheirBytes() throws Exception {
    byte[] request = request(list(example(3), example(0), example(300))).toByteArray();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      InferenceRequestHead head = InferenceRequestHead.scan(Wire.cut(request, random));
      ModelSpecHead spec = present(head.tasks().getFirst().spec());
      assertEquals("m", spec.model());
      assertEquals("s", spec.signature());
      assertEquals(
          List.of(
              example(3).toByteString(), example(0).toByteString(), example(300).toByteString()),
          examples(head),
          () -> "seed " + seed);
    }
  }

  private static ModelSpecHead present(@Nullable ModelSpecHead spec) {
    if (spec == null) {
      throw new AssertionError("no model_spec");
    }
    return spec;
  }

  @Test
  void theContextPrecedesEachExample() throws Exception {
    ExampleListWithContext.Builder list =
        ExampleListWithContext.newBuilder()
            .addExamples(example(1))
            .addExamples(Example.getDefaultInstance())
            .setContext(example(7));
    ByteString context = example(7).toByteString();
    assertEquals(
        List.of(context.concat(example(1).toByteString()), context),
        examples(scan(request(Input.newBuilder().setExampleListWithContext(list)))));
  }

  /** Work for each pair of a context and an Example would never end here. */
  @Test
  void contextsInAHundredThousandPartsAreJoinedOnce() throws Exception {
    int count = 100_000;
    byte[] pairs = new byte[4 * count];
    for (int i = 0; i < count; i++) {
      pairs[4 * i] = 2 << 3 | 2; // context, empty
      pairs[4 * i + 2] = 1 << 3 | 2; // Example, empty
    }
    ByteString context = example(7).toByteString();
    ByteString list =
        ByteString.copyFrom(pairs, 0, 4 * count)
            .concat(
                ExampleListWithContext.newBuilder().setContext(example(7)).build().toByteString());
    Input input =
        Input.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        2, UnknownFieldSet.Field.newBuilder().addLengthDelimited(list).build())
                    .build())
            .build();
    List<ByteString> examples = examples(scan(request(input.toBuilder())));
    assertEquals(count, examples.size());
    assertEquals(context, examples.getFirst());
    assertEquals(context, examples.getLast());
  }

  @Test
  void ofTheTwoKindsOfListTheLastSentCounts() throws Exception {
    ByteString first = request(list(example(1))).toByteString();
    ExampleListWithContext.Builder other =
        ExampleListWithContext.newBuilder().setContext(example(2)).addExamples(example(3));
    ByteString second = request(Input.newBuilder().setExampleListWithContext(other)).toByteString();
    assertEquals(
        List.of(example(2).toByteString().concat(example(3).toByteString())),
        examples(scan(first.concat(second))));
    assertEquals(List.of(example(1).toByteString()), examples(scan(second.concat(first))));
    assertEquals(
        List.of(example(1).toByteString(), example(1).toByteString()),
        examples(scan(first.concat(first))));
  }

  private static InferenceRequestHead scan(ByteString bytes) throws Exception {
    return InferenceRequestHead.scan(MessageBytes.of(bytes.asReadOnlyByteBuffer()));
  }

  @Test
  void aRequestWithoutSpecAndInputHasNone() throws Exception {
    InferenceRequestHead head = InferenceRequestHead.scan(MessageBytes.of());
    assertNull(head.tasks().getFirst().spec());
    assertEquals(0, head.exampleCount());
  }

  @Test
  void tasksKeepTheirOrder() throws Exception {
    MultiInferenceRequest request =
        MultiInferenceRequest.newBuilder()
            .addTasks(InferenceTask.newBuilder().setModelSpec(SPEC).setMethodName("a"))
            .addTasks(InferenceTask.newBuilder().setMethodName("b"))
            .setInput(list(example(1)))
            .build();
    InferenceRequestHead head = InferenceRequestHead.scanMulti(Wire.whole(request));
    assertEquals(
        List.of("a", "b"), head.tasks().stream().map(InferenceRequestHead.Task::method).toList());
    assertNull(head.tasks().getLast().spec());
    assertEquals(1, head.exampleCount());
    assertEquals(List.of(), InferenceRequestHead.scanMulti(MessageBytes.of()).tasks());
  }

  /** Changes bytes at random: what protobuf refuses is refused, and what it takes is taken. */
  @Test
  void acceptsWhatAParserAccepts() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    // Without a ten-byte varint: protobuf-java takes one that does not end, the reference's does
    // not.
    byte[] good = request(list(example(4), example(2))).toByteArray();
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      assertEquals(
          parses(bytes), scans(bytes), () -> "seed " + seed + " " + Arrays.toString(bytes));
    }
  }

  @Test
  void whatATagHasAboveItsThirtyTwoBitsCountsForNothing() {
    byte[] unknownField = {(byte) 0xf8, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x1f, 7};
    assertTrue(parses(unknownField));
    assertTrue(scans(unknownField));
    byte[] fieldZero = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10, 7};
    assertFalse(parses(fieldZero));
    assertFalse(scans(fieldZero));
  }

  private static boolean parses(byte[] bytes) {
    try {
      assertNotNull(ClassificationRequest.parseFrom(bytes));
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static boolean scans(byte[] bytes) {
    try {
      assertNotNull(InferenceRequestHead.scan(MessageBytes.of(ByteBuffer.wrap(bytes))));
      return true;
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  @Test
  void whatIsNoExampleIsMalformed() {
    Input.Builder broken =
        Input.newBuilder()
            .setExampleList(
                ExampleList.newBuilder()
                    .addExamples(
                        Example.newBuilder()
                            .setUnknownFields(
                                UnknownFieldSet.newBuilder()
                                    .addField(
                                        1,
                                        UnknownFieldSet.Field.newBuilder()
                                            .addLengthDelimited(ByteString.copyFromUtf8("\n\t?"))
                                            .build())
                                    .build())));
    assertThrows(MalformedMessageException.class, () -> scan(request(broken)));
  }
}
