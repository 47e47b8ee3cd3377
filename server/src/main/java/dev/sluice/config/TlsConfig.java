package dev.sluice.config;

import dev.sluice.protos.serving.SSLConfig;
import java.nio.file.Path;

/**
 * Encryption of listeners (config.md §7): PEM texts, not file names.
 *
 * @param source where they were read, for messages
 * @param customCa whom client certificates are trusted by; empty if they are not asked for
 * @param clients whether clients must show a certificate
 */
public record TlsConfig(
    TlsSource source,
    String serverKey,
    String serverCert,
    String customCa,
    ClientCertificates clients) {
  static final String PEM_BEGIN = "-----BEGIN ";

  /**
   * Reads an SSLConfig in text format.
   *
   * @throws ConfigException if the file is missing or no such message, or lacks a field, which it
   *     names
   */
  static TlsConfig read(Path file) throws ConfigException {
    SSLConfig.Builder message = SSLConfig.newBuilder();
    TextProtoFile.read(file, message);
    TlsConfig config =
        new TlsConfig(
            new TlsSource.SslConfigFile(file),
            message.getServerKey(),
            message.getServerCert(),
            message.getCustomCa(),
            message.getClientVerify() ? ClientCertificates.REQUIRED : ClientCertificates.NONE);
    config.require(TlsSource.Part.KEY, config.serverKey, "a private key");
    config.require(TlsSource.Part.CERTIFICATE, config.serverCert, "a certificate");
    if (message.getClientVerify()) {
      config.require(
          TlsSource.Part.CLIENT_CA, config.customCa, "the certificates to verify clients by");
    }
    config.requirePem(TlsSource.Part.KEY, config.serverKey);
    config.requirePem(TlsSource.Part.CERTIFICATE, config.serverCert);
    if (message.getClientVerify()) {
      config.requirePem(TlsSource.Part.CLIENT_CA, config.customCa);
    }
    return config;
  }

  private void require(TlsSource.Part part, String text, String expected) throws ConfigException {
    if (text.isBlank()) {
      throw invalid(part, "is empty; expected " + expected + " in PEM form");
    }
  }

  private void requirePem(TlsSource.Part part, String text) throws ConfigException {
    if (!text.contains(PEM_BEGIN)) {
      throw invalid(part, "is no PEM text; expected the text itself, not the name of a file");
    }
  }

  /** Returns a failure that names the place, for those who parse the texts. */
  public ConfigException invalid(TlsSource.Part part, String problem) {
    return ConfigException.invalid(source.place(part) + " " + problem);
  }

  /** Returns what an operator calls a text. */
  public String label(TlsSource.Part part) {
    return source.label(part);
  }

  /** Keeps the key out of logs. */
  @Override
  public String toString() {
    return "TlsConfig[source=%s, clients=%s]".formatted(source, clients);
  }
}
