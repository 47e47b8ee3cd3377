package dev.sluice.tls;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TlsConfig;
import dev.sluice.config.TlsSource.Part;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;

/** Reads the server's key, its certificate and those it trusts clients by from PEM texts. */
final class ServerIdentity {
  /** By the key's algorithm. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private ServerIdentity() {}

  /**
   * Returns what makes contexts of a server with its own certificate.
   *
   * @param clients whether clients show theirs; NONE if there is nobody to trust them by
   * @throws ConfigException with the file and the field that cannot be used
   */
  static SslContextBuilder builder(TlsConfig config, ClientAuth clients) throws ConfigException {
    X509Certificate[] chain = certificates(config, Part.CERTIFICATE, config.serverCert());
    PrivateKey key;
    try {
      key = PemKey.read(config.serverKey());
    } catch (GeneralSecurityException e) {
      throw config.invalid(Part.KEY, "cannot be read: " + e.getMessage());
    }
    if (!key.getAlgorithm().equals(chain[0].getPublicKey().getAlgorithm())) {
      throw config.invalid(
          Part.KEY,
          "is a key for %s, but %s is for %s"
              .formatted(
                  key.getAlgorithm(),
                  config.label(Part.CERTIFICATE),
                  chain[0].getPublicKey().getAlgorithm()));
    }
    if (!belongTogether(key, chain[0].getPublicKey())) {
      throw config.invalid(
          Part.KEY,
          "is another key than the one that %s is for".formatted(config.label(Part.CERTIFICATE)));
    }
    SslContextBuilder builder = SslContextBuilder.forServer(key, chain);
    if (clients != ClientAuth.NONE) {
      builder
          .trustManager(certificates(config, Part.CLIENT_CA, config.customCa()))
          .clientAuth(clients);
    }
    return builder;
  }

  /** Signs something and verifies it: otherwise every handshake would fail, and nobody say why. */
  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null) {
      return true;
    }
    try {
      byte[] text = ServerIdentity.class.getName().getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static X509Certificate[] certificates(TlsConfig config, Part part, String pem)
      throws ConfigException {
    try {
      X509Certificate[] certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
              .toArray(X509Certificate[]::new);
      if (certificates.length > 0) {
        return certificates;
      }
    } catch (CertificateException e) {
      throw config.invalid(part, "cannot be read: " + e.getMessage());
    }
    throw config.invalid(part, "holds no certificate; expected a CERTIFICATE block");
  }
}
