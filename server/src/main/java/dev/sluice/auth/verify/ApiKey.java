package dev.sluice.auth.verify;

import dev.sluice.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A key that a client shows, of which only the digest is kept. */
public final class ApiKey {
  /** Bytes of a digest. */
  public static final int DIGEST_BYTES = 32;

  private final byte[] sha256;
  private final Principal principal;

  /**
   * Creates a key.
   *
   * @param sha256 of its bytes
   */
  public ApiKey(byte[] sha256, Principal principal) {
    if (sha256.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "expected a digest of %d bytes, found %d".formatted(DIGEST_BYTES, sha256.length));
    }
    this.sha256 = sha256.clone();
    this.principal = principal;
  }

  Principal principal() {
    return principal;
  }

  /** Returns the digest of a key. */
  public static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.ISO_8859_1));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Compares in a time that does not depend on where the digests differ. */
  boolean hasDigest(byte[] shown) {
    return MessageDigest.isEqual(sha256, shown);
  }
}
