package dev.sluice.main;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TlsConfig;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
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
import javax.net.ssl.SSLException;

/** Makes the gRPC listeners' encryption from the operator's PEM texts. */
final class GrpcTls {
  /** By the key's algorithm. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private GrpcTls() {}

  /**
   * Returns the context of a server with its own certificate, and with verified clients if so
   * configured.
   *
   * @throws ConfigException with the file and the field that cannot be used
   */
  static SslContext context(TlsConfig config) throws ConfigException {
    X509Certificate[] chain = certificates(config, "server_cert", config.serverCert());
    PrivateKey key;
    try {
      key = PemKey.read(config.serverKey());
    } catch (GeneralSecurityException e) {
      throw config.invalid("server_key", "cannot be read: " + e.getMessage());
    }
    if (!key.getAlgorithm().equals(chain[0].getPublicKey().getAlgorithm())) {
      throw config.invalid(
          "server_key",
          "is a key for %s, but server_cert is for %s"
              .formatted(key.getAlgorithm(), chain[0].getPublicKey().getAlgorithm()));
    }
    if (!belongTogether(key, chain[0].getPublicKey())) {
      throw config.invalid("server_key", "is another key than the one that server_cert is for");
    }
    SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(key, chain));
    if (config.clientVerify()) {
      builder
          .trustManager(certificates(config, "custom_ca", config.customCa()))
          .clientAuth(ClientAuth.REQUIRE);
    }
    try {
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw config.invalid("server_key and server_cert", "cannot be used: " + e.getMessage());
    }
  }

  /** Signs something and verifies it: otherwise every handshake would fail, and nobody say why. */
  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null) {
      return true;
    }
    try {
      byte[] text = GrpcTls.class.getName().getBytes(StandardCharsets.US_ASCII);
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

  private static X509Certificate[] certificates(TlsConfig config, String field, String pem)
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
      throw config.invalid(field, "cannot be read: " + e.getMessage());
    }
    throw config.invalid(field, "holds no certificate; expected a CERTIFICATE block");
  }
}
