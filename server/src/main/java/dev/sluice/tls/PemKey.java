package dev.sluice.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an unencrypted private key in PEM form: PKCS #8, which the JDK knows, and the two older
 * forms that OpenSSL still writes and gRPC reads, PKCS #1 for RSA and SEC 1 for elliptic curves,
 * which are wrapped into PKCS #8.
 */
final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

  /** Tried in turn: the name of the algorithm is inside the key, but the JDK does not read it. */
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private static final byte SEQUENCE = 0x30;
  private static final byte OCTETS = 0x04;
  private static final byte PARAMETERS = (byte) 0xa0;
  private static final byte[] VERSION_0 = {2, 1, 0};

  /** The object identifier 1.2.840.113549.1.1.1 and NULL. */
  private static final byte[] RSA = {
    6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /** The object identifier 1.2.840.10045.2.1. */
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private PemKey() {}

  /**
   * Returns the first private key of a text.
   *
   * @throws GeneralSecurityException if there is none that can be read; the message does not quote
   *     the text
   */
  static PrivateKey read(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeySpecException(
          "no unencrypted PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY block");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("no Base64 between BEGIN and END", e);
    }
    byte[] pkcs8 =
        switch (block.group(1)) {
          case "RSA PRIVATE KEY" -> wrap(RSA, der);
          case "EC PRIVATE KEY" -> wrap(concat(EC, curve(der)), der);
          default -> der;
        };
    return decode(pkcs8);
  }

  private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException anotherAlgorithm) {
        // The next may fit.
      }
    }
    throw new InvalidKeySpecException("no key of a known kind; expected one of " + ALGORITHMS);
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, concat(VERSION_0, concat(element(SEQUENCE, algorithm), element(OCTETS, key))));
  }

  /** Returns the curve's identifier from the [0] element of an ECPrivateKey (RFC 5915). */
  private static byte[] curve(byte[] der) throws InvalidKeySpecException {
    try {
      int at = contents(der, 0); // the sequence
      at = skip(der, at); // version
      at = skip(der, at); // the key
      if (der[at] == PARAMETERS) {
        int from = contents(der, at);
        return Arrays.copyOfRange(der, from, skip(der, at));
      }
    } catch (IndexOutOfBoundsException e) {
      // Falls through: cut short.
    }
    throw new InvalidKeySpecException("an EC PRIVATE KEY that does not name its curve");
  }

  /** Returns where the contents of the element at a position begin. */
  private static int contents(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  /** Returns where the element after that at a position begins. */
  private static int skip(byte[] der, int at) {
    int begin = contents(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < begin; i++) {
        length = (length << 8) | (der[i] & 0xff);
      }
    }
    return begin + length;
  }

  private static byte[] element(byte tag, byte[] contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(contents.length + 6);
    out.write(tag);
    if (contents.length < 0x80) {
      out.write(contents.length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(contents.length) + 7) / 8;
      out.write(0x80 | bytes);
      for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out.write(contents.length >> shift);
      }
    }
    out.writeBytes(contents);
    return out.toByteArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
