package dev.sluice.engine.natives;

import java.io.IOException;
import java.io.InputStream;

/**
 * One file to unpack.
 *
 * @param name its name in the cache
 * @param size its size in bytes
 * @param fingerprint what tells it from another build of the same name and size, cheap to get
 * @param content where its bytes come from
 */
public record NativeFile(String name, long size, String fingerprint, Content content) {
  /** Opens the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }
}
