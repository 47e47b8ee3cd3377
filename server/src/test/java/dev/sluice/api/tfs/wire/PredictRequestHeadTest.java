package dev.sluice.api.tfs.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.TensorProto;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PredictRequestHeadTest {
  @Test
  void readsEveryField() throws Exception {
    PredictRequest request =
        PredictRequest.newBuilder()
            .setModelSpec(
                ModelSpec.newBuilder()
                    .setName("mödel")
                    .setSignatureName("s")
                    .setVersion(Int64Value.of(-5)))
            .putInputs("a", TensorProto.getDefaultInstance())
            .putInputs("β", TensorProto.getDefaultInstance())
            .addOutputFilter("y")
            .addOutputFilter("")
            .build();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      PredictRequestHead head = PredictRequestHead.scan(Wire.cut(request.toByteArray(), random));
      assertTrue(head.hasModelSpec(), () -> "seed " + seed);
      assertEquals("mödel", head.spec().model());
      assertEquals("s", head.spec().signature());
      assertEquals(new VersionChoice.Specific(-5), head.spec().version());
      assertEquals(List.of("y", ""), head.outputFilter());
      assertEquals(Set.of("a", "β"), head.inputs());
    }
  }

  @Test
  void anEmptyMessageHasNothing() throws Exception {
    PredictRequestHead head = PredictRequestHead.scan(MessageBytes.of());
    assertFalse(head.hasModelSpec());
    assertEquals("", head.spec().model());
    assertEquals(VersionChoice.LATEST, head.spec().version());
    assertEquals(Set.of(), head.inputs());
  }

  @Test
  void ofVersionAndLabelTheLastCounts() throws Exception {
    ByteString version = spec(ModelSpec.newBuilder().setVersion(Int64Value.of(3)));
    ByteString label = spec(ModelSpec.newBuilder().setVersionLabel("l"));
    ByteString zero = spec(ModelSpec.newBuilder().setVersion(Int64Value.of(0)));
    assertEquals(new VersionChoice.Specific(3), scan(label.concat(version)).spec().version());
    assertEquals(new VersionChoice.Labelled("l"), scan(version.concat(label)).spec().version());
    // Two versions merge as messages do: the second one sets nothing.
    assertEquals(new VersionChoice.Specific(3), scan(version.concat(zero)).spec().version());
    assertEquals(
        new VersionChoice.Specific(0), scan(version.concat(label).concat(zero)).spec().version());
  }

  @Test
  void anEmptyLabelIsALabel() throws Exception {
    assertEquals(
        new VersionChoice.Labelled(""),
        scan(spec(ModelSpec.newBuilder().setVersionLabel(""))).spec().version());
  }

  @Test
  void modelSpecsMerge() throws Exception {
    PredictRequestHead head =
        scan(
            spec(ModelSpec.newBuilder().setName("a").setSignatureName("s"))
                .concat(spec(ModelSpec.newBuilder().setName("b"))));
    assertEquals("b", head.spec().model());
    assertEquals("s", head.spec().signature());
  }

  @Test
  void unknownFieldsOfEveryKindAreSkipped() throws Exception {
    Field unknown =
        Field.newBuilder()
            .addVarint(-1)
            .addFixed32(1)
            .addFixed64(2)
            .addLengthDelimited(ByteString.copyFromUtf8("abc"))
            .addGroup(
                UnknownFieldSet.newBuilder()
                    .addField(1, Field.newBuilder().addVarint(5).build())
                    .addField(
                        2,
                        Field.newBuilder().addGroup(UnknownFieldSet.getDefaultInstance()).build())
                    .build())
            .build();
    UnknownFieldSet unknowns =
        UnknownFieldSet.newBuilder()
            .addField(99, unknown)
            // Known numbers, wrong wire types.
            .addField(1, Field.newBuilder().addVarint(1).build())
            .addField(2, Field.newBuilder().addFixed64(1).build())
            .build();
    assertEquals(
        "a",
        scan(unknowns.toByteString().concat(spec(ModelSpec.newBuilder().setName("a"))))
            .spec()
            .model());
  }

  @Test
  void stringsMustBeUtf8() throws Exception {
    for (ByteString bad :
        List.of(
            Wire.bytes(0xff, 0xfe),
            Wire.bytes(0xc0, 0x80),
            Wire.bytes(0xed, 0xa0, 0x80),
            Wire.bytes('a', 0xe2, 0x82))) {
      for (int field : new int[] {1, 3, 4}) {
        assertMalformed(field(1, field(field, bad)));
      }
      assertMalformed(field(3, bad));
      assertMalformed(field(2, field(1, bad)));
      // The name of a dimension.
      assertMalformed(field(2, field(2, field(2, field(2, field(2, bad))))));
    }
  }

  @Test
  void whatIsNoMessageIsMalformed() {
    assertMalformed(Wire.bytes(0xff, 0xff, 0xff));
    assertMalformed(Wire.bytes(0));
    assertMalformed(Wire.bytes(0x0a));
    assertMalformed(Wire.bytes(0x0a, 5, 1));
    assertMalformed(Wire.bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1));
    // An end of a group that never began, a group that never ends, one that ends as another.
    assertMalformed(Wire.bytes(0x0c));
    assertMalformed(Wire.bytes(0x5b));
    assertMalformed(Wire.bytes(0x5b, 0x64));
    // Wire types 6 and 7.
    assertMalformed(Wire.bytes(0x5e));
    assertMalformed(Wire.bytes(0x5f));
    // A nested message that reaches beyond the one around it.
    assertMalformed(field(2, Wire.bytes(0x12, 4, 8, 1)));
  }

  @Test
  void groupsMayNotNestForEver() {
    byte[] deep = new byte[1 << 20];
    Arrays.fill(deep, (byte) 0x5b);
    assertMalformed(ByteString.copyFrom(deep));
  }

  @Test
  void anUnreadableMessageIsMalformed() {
    assertThrows(
        MalformedMessageException.class, () -> PredictRequestHead.scan(MessageBytes.unreadable()));
  }

  private static ByteString field(int number, ByteString bytes) {
    return UnknownFieldSet.newBuilder()
        .addField(number, Field.newBuilder().addLengthDelimited(bytes).build())
        .build()
        .toByteString();
  }

  private static ByteString spec(ModelSpec.Builder spec) {
    return field(1, spec.build().toByteString());
  }

  private static PredictRequestHead scan(ByteString message) throws MalformedMessageException {
    return PredictRequestHead.scan(MessageBytes.of(ByteBuffer.wrap(message.toByteArray())));
  }

  private static void assertMalformed(ByteString message) {
    assertThrows(MalformedMessageException.class, () -> scan(message));
  }
}
