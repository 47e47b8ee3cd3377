package dev.sluice.api.oip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strings of all sizes, against the pieces in which they are written. */
final class RegionWriterTest {
  private static final int PIECE = OpenRegion.LARGEST_MOVE;
  private static final int OFFSET = 5;

  @TempDir private Path directory;

  private final Random random = new Random(7);

  private byte[] content(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] raw(List<byte[]> elements) {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    for (byte[] element : elements) {
      ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      raw.writeBytes(length.putInt(element.length).array());
      raw.writeBytes(element);
    }
    return raw.toByteArray();
  }

  private void write(byte[]... contents) throws Exception {
    List<byte[]> elements = List.of(contents);
    byte[] raw = raw(elements);
    Files.write(directory.resolve("a"), new byte[OFFSET + raw.length + 1]);
    OpenRegion region =
        OpenRegion.open(directory, new SharedMemory.Region("r", "a", OFFSET - 1, raw.length + 2L));
    try (Tensor tensor =
        StringTensors.create(new CountingTensors(), Shape.of(elements.size()), elements)) {
      RegionWriter.write(region, 1, tensor);
    } finally {
      region.close();
    }
    byte[] file = Files.readAllBytes(directory.resolve("a"));
    assertArrayEquals(raw, Arrays.copyOfRange(file, OFFSET, OFFSET + raw.length));
    assertArrayEquals(new byte[OFFSET], Arrays.copyOf(file, OFFSET));
  }

  @Test
  void elementsMayEndAnywhereInAPiece() throws Exception {
    write();
    write(new byte[0]);
    for (int length : new int[] {PIECE - 9, PIECE - 8, PIECE - 6, PIECE - 4, PIECE, 2 * PIECE}) {
      write(content(length), content(3), new byte[0], content(length));
    }
  }

  @Test
  void aFileCallMovesAMebibyteAtMost() {
    MemorySegment memory = MemorySegment.ofArray(new byte[3 << 20]);
    assertEquals(1 << 20, OpenRegion.buffer(memory, 7, 0, 2 << 20).remaining());
    assertEquals(5, OpenRegion.buffer(memory, 7, 10, 15).remaining());
  }
}
