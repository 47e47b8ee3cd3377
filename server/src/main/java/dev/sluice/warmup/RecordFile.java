package dev.sluice.warmup;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a TFRecord file from its beginning. Per record, little-endian: the length of the data
 * (uint64), the masked CRC32C of those 8 bytes, the data, and the masked CRC32C of the data.
 *
 * <p>Not thread-safe. A length is believed only if the file is long enough for it, so a damaged
 * file takes no memory.
 */
final class RecordFile implements AutoCloseable {
  private static final int HEADER_BYTES = 12;
  private static final int FOOTER_BYTES = 4;
  private static final int MASK_ROTATION = 15;
  private static final int MASK_DELTA = 0xa282ead8;

  private final InputStream in;
  private final long size;
  private long position;

  private RecordFile(InputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  static RecordFile open(Path file) throws IOException {
    long size = Files.size(file);
    return new RecordFile(new BufferedInputStream(Files.newInputStream(file)), size);
  }

  /**
   * Returns the next record, or null at the end.
   *
   * @throws ServingException DATA_LOSS if what follows is no whole and sound record
   */
  byte @Nullable [] next() throws IOException, ServingException {
    if (position == size) {
      return null;
    }
    long start = position;
    ByteBuffer header = ByteBuffer.wrap(read(HEADER_BYTES, start));
    header.order(ByteOrder.LITTLE_ENDIAN);
    if (header.getInt(Long.BYTES) != maskedCrc(header.array(), Long.BYTES)) {
      throw dataLoss("corrupted record at " + start);
    }
    byte[] data = read(header.getLong(0), start);
    ByteBuffer footer = ByteBuffer.wrap(read(FOOTER_BYTES, start)).order(ByteOrder.LITTLE_ENDIAN);
    if (footer.getInt(0) != maskedCrc(data, data.length)) {
      throw dataLoss("corrupted record at " + start);
    }
    return data;
  }

  private byte[] read(long length, long recordStart) throws IOException, ServingException {
    if (length < 0 || length > Math.min(size - position, Integer.MAX_VALUE - Long.BYTES)) {
      throw dataLoss("truncated record at " + recordStart);
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length != length) {
      throw dataLoss("truncated record at " + recordStart);
    }
    position += length;
    return bytes;
  }

  /** A plain checksum of data that itself holds checksums would be weak: hence the mask. */
  static int maskedCrc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK_DELTA;
  }

  static ServingException dataLoss(String reason) {
    return new ServingException(
        Code.DATA_LOSS, reason + ". Please verify your warmup data is in TFRecord format.");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
