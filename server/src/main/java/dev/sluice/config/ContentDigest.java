package dev.sluice.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/**
 * Tells whether files say something else than before: by what they hold, so that it counts when a
 * link is turned to another file, and does not when a file is only touched.
 */
public final class ContentDigest {
  private ContentDigest() {}

  /** Returns a text that is another one, all but certainly, if one of the files has changed. */
  public static String of(Collection<Path> files) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    for (Path file : files) {
      byte[] content;
      try {
        content = Files.readAllBytes(file);
      } catch (IOException e) {
        content = e.toString().getBytes(StandardCharsets.UTF_8);
      }
      digest.update((content.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(content);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
