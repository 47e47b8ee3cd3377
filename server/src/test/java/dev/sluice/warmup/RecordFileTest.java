package dev.sluice.warmup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  @TempDir private Path scratch;

  /** The checksum of RFC 3720's test text, masked by hand. */
  @Test
  void masksTheKnownChecksum() {
    byte[] text = "123456789".getBytes(StandardCharsets.US_ASCII);
    int crc = 0xe3069283;
    assertEquals((crc >>> 15 | crc << 17) + 0xa282ead8, RecordFile.maskedCrc(text, text.length));
  }

  @Test
  void anEmptyFileHasNoRecord() throws Exception {
    try (RecordFile file = open()) {
      assertNull(file.next());
    }
  }

  @Test
  void givesTheRecordsInOrder() throws Exception {
    byte[] large = new byte[100_000];
    Arrays.fill(large, (byte) 7);
    try (RecordFile file =
        open(
            Records.framed(new byte[] {1, 2}),
            Records.framed(new byte[0]),
            Records.framed(large))) {
      assertArrayEquals(new byte[] {1, 2}, file.next());
      assertArrayEquals(new byte[0], file.next());
      assertArrayEquals(large, file.next());
      assertNull(file.next());
    }
  }

  /** Any flipped bit is noticed, wherever it is. */
  @Test
  void noticesEveryFlippedBit() throws Exception {
    byte[] sound = Records.framed("data".getBytes(StandardCharsets.US_ASCII));
    for (int bit = 0; bit < sound.length * 8; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertDataLoss("corrupted record at 0", damaged);
    }
  }

  @Test
  void noticesEveryCut() throws Exception {
    byte[] sound = Records.framed("data".getBytes(StandardCharsets.US_ASCII));
    for (int length = 1; length < sound.length; length++) {
      assertDataLoss("truncated record at 0", Arrays.copyOf(sound, length));
    }
  }

  /** A length of 2^62 with a right checksum must not make the server reserve memory. */
  @Test
  void believesNoLengthBeyondTheFile() throws Exception {
    ByteBuffer header = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(1L << 62);
    header.putInt(RecordFile.maskedCrc(header.array(), Long.BYTES));
    assertDataLoss("truncated record at 0", header.array());
  }

  private void assertDataLoss(String start, byte[] content) throws IOException {
    try (RecordFile file = open(content)) {
      ServingException failure = assertThrows(ServingException.class, file::next);
      assertEquals(Code.DATA_LOSS, failure.code());
      assertEquals(
          start + ". Please verify your warmup data is in TFRecord format.", failure.text());
    }
  }

  private RecordFile open(byte[]... parts) throws IOException {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer content = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      content.put(part);
    }
    return RecordFile.open(Files.write(scratch.resolve("records"), content.array()));
  }
}
