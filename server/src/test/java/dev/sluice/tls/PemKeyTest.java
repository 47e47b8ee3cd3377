package dev.sluice.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PemKeyTest {
  private static String pem(String kind, byte[] der) {
    return "Bag Attributes\n-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  private static PrivateKey rsa() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair().getPrivate();
  }

  private static ECPrivateKey ec() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return (ECPrivateKey) generator.generateKeyPair().getPrivate();
  }

  @Test
  void readsPkcs8OfAllKinds() throws GeneralSecurityException {
    for (PrivateKey key : new PrivateKey[] {rsa(), ec()}) {
      assertEquals(key, PemKey.read(pem("PRIVATE KEY", key.getEncoded())));
    }
  }

  @Test
  void readsPkcs1() throws GeneralSecurityException {
    PrivateKey key = rsa();
    // PKCS #8 begins with 26 bytes around the PKCS #1 key of this length.
    byte[] inner = Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);
    assertEquals(key, PemKey.read(pem("RSA PRIVATE KEY", inner)));
  }

  @Test
  void readsSec1() throws GeneralSecurityException {
    ECPrivateKey key = ec();
    String secret = "%064x".formatted(key.getS());
    byte[] der =
        HexFormat.of().parseHex("3031020101" + "0420" + secret + "a00a06082a8648ce3d030107");
    assertEquals(key.getS(), ((ECPrivateKey) PemKey.read(pem("EC PRIVATE KEY", der))).getS());
  }

  @Test
  void refusesWhatIsNoKey() {
    for (String text :
        new String[] {
          "",
          "server.key",
          pem("ENCRYPTED PRIVATE KEY", new byte[9]),
          pem("PRIVATE KEY", new byte[9]),
          pem("EC PRIVATE KEY", new byte[] {0x30, 1}),
          pem("RSA PRIVATE KEY", new byte[0])
        }) {
      assertThrows(GeneralSecurityException.class, () -> PemKey.read(text), text);
    }
  }
}
