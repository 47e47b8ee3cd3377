package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.EngineOptions;
import dev.sluice.protos.tensorflow.ConfigProto;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SessionConfigTest {
  private static final int PROCESSORS = 6;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private static SessionConfig config(int intraOp, int interOp, long modelBytes) {
    EngineOptions options = new EngineOptions(Set.of("serve"), intraOp, interOp);
    return SessionConfig.of(options, modelBytes, PROCESSORS);
  }

  @Test
  void smallModelRunsOnItsCaller() {
    assertEquals(new SessionConfig(1, -1, NOTHING), config(0, 0, 1000));
  }

  @Test
  void largeModelMayUseAllProcessorsForOneOperation() {
    assertEquals(new SessionConfig(PROCESSORS, -1, NOTHING), config(0, 0, 100 << 20));
  }

  @Test
  void operatorsChoiceStays() {
    assertEquals(new SessionConfig(3, 2, NOTHING), config(3, 2, 1000));
    assertEquals(new SessionConfig(3, -1, NOTHING), config(3, -1, 1000));
  }

  @Test
  void isWrittenAsConfigProto() {
    assertArrayEquals(
        HexFormat.of().parseHex("1004" + "28ffffffffffffffffff01"),
        new SessionConfig(4, -1, NOTHING).toBytes());
  }

  @Test
  void otherSettingsAreKept() throws Exception {
    ConfigProto others = ConfigProto.newBuilder().setAllowSoftPlacement(true).build();
    SessionConfig config =
        SessionConfig.of(
            new EngineOptions(
                Set.of("serve"), 3, 2, ByteBuffer.wrap(others.toByteArray()), List.of()),
            1000,
            PROCESSORS);
    ConfigProto expected =
        others.toBuilder().setIntraOpParallelismThreads(3).setInterOpParallelismThreads(2).build();
    assertEquals(expected, ConfigProto.parseFrom(config.toBytes()));
    assertEquals(expected, ConfigProto.parseFrom(config.toBytes()));
  }
}
