package dev.sluice.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the page. Its arrays are shared and must not be written.
 *
 * @param type its Content-Type
 * @param tag its ETag, weak since it is the same for both forms
 * @param plain its bytes
 * @param gzip the same, compressed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Asset(String type, String tag, byte[] plain, byte[] gzip) {
  private static final int TAG_BYTES = 12;

  static Asset of(String type, byte[] content) {
    return new Asset(type, tagOf(content), content, compress(content));
  }

  private static String tagOf(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return "W/\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static byte[] compress(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written but memory
    }
    return bytes.toByteArray();
  }
}
