package dev.sluice.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A key and a self-signed certificate for {@code CN=name} at localhost, made for one test. */
public record Identity(String name, KeyStore store) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** Makes one; what that takes is left in a directory. */
  public static Identity create(Path scratch, String name) throws Exception {
    Path store = Files.createTempDirectory(scratch, name).resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool made no key: " + output);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return new Identity(name, keys);
  }

  /** Returns the private key as PEM. */
  public String key() throws GeneralSecurityException {
    return pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded());
  }

  /** Returns the certificate as PEM. */
  public String certificate() throws GeneralSecurityException {
    return pem("CERTIFICATE", store.getCertificate(name).getEncoded());
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  /** Returns the certificate as PEM, to be read. */
  public InputStream certificateStream() throws GeneralSecurityException {
    return stream(certificate());
  }

  /** Returns the private key as PEM, to be read. */
  public InputStream keyStream() throws GeneralSecurityException {
    return stream(key());
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the certificate. */
  public X509Certificate x509() throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate(name);
  }

  /** Returns a server's context. */
  public SSLContext server() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers(store), null, null);
    return context;
  }

  private static KeyManager[] keyManagers(KeyStore store) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    return keys.getKeyManagers();
  }

  /** Returns a client's context that trusts these servers, and shows who it is if it is to. */
  public static SSLContext client(List<Identity> servers, @Nullable Identity own)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = empty();
    for (Identity server : servers) {
      trusted.setCertificateEntry(server.name, server.x509());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers(own == null ? empty() : own.store), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
