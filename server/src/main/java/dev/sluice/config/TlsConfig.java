package dev.sluice.config;

import dev.sluice.protos.serving.SSLConfig;
import java.nio.file.Path;

/**
 * Encryption of the gRPC listeners (config.md §7): PEM texts, not file names.
 *
 * @param file where they were read, for messages
 * @param customCa whom client certificates are trusted by; empty if they are not asked for
 * @param clientVerify true if every client must show a certificate
 */
public record TlsConfig(
    Path file, String serverKey, String serverCert, String customCa, boolean clientVerify) {

  /**
   * Reads an SSLConfig in text format.
   *
   * @throws ConfigException if the file is missing or no such message, or lacks a field, which it
   *     names
   */
  static TlsConfig read(Path file) throws ConfigException {
    SSLConfig.Builder message = SSLConfig.newBuilder();
    TextProtoFile.read(file, message);
    require(file, "server_key", message.getServerKey(), "a private key");
    require(file, "server_cert", message.getServerCert(), "a certificate");
    if (message.getClientVerify()) {
      require(file, "custom_ca", message.getCustomCa(), "the certificates to verify clients by");
    }
    requirePem(file, "server_key", message.getServerKey());
    requirePem(file, "server_cert", message.getServerCert());
    if (message.getClientVerify()) {
      requirePem(file, "custom_ca", message.getCustomCa());
    }
    return new TlsConfig(
        file,
        message.getServerKey(),
        message.getServerCert(),
        message.getCustomCa(),
        message.getClientVerify());
  }

  private static void require(Path file, String field, String text, String expected)
      throws ConfigException {
    if (text.isBlank()) {
      throw invalid(file, field, "is empty; expected " + expected + " in PEM form");
    }
  }

  private static void requirePem(Path file, String field, String text) throws ConfigException {
    if (!text.contains("-----BEGIN ")) {
      throw invalid(
          file, field, "is no PEM text; expected the text itself, not the name of a file");
    }
  }

  /** Returns a failure that names the file and the field, for those who parse the texts. */
  public ConfigException invalid(String field, String problem) {
    return invalid(file, field, problem);
  }

  private static ConfigException invalid(Path file, String field, String problem) {
    return ConfigException.invalid("%s: %s %s".formatted(file, field, problem));
  }

  /** Keeps the key out of logs. */
  @Override
  public String toString() {
    return "TlsConfig[file=%s, clientVerify=%s]".formatted(file, clientVerify);
  }
}
