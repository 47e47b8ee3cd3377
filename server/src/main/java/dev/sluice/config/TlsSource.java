package dev.sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the texts are that encryption needs. They may change while the server runs. */
public sealed interface TlsSource {
  /** The texts. */
  enum Part {
    KEY,
    CERTIFICATE,
    CLIENT_CA
  }

  /**
   * Reads the texts as they are now.
   *
   * @throws ConfigException if one is missing, or no PEM text; the message names it
   */
  TlsConfig read() throws ConfigException;

  /** Returns the files that they are in. */
  List<Path> files();

  /** Returns what an operator calls a text. */
  String label(Part part);

  /** Returns what a message about a text begins with. */
  String place(Part part);

  /** All in one file, an SSLConfig in text form (config.md §7). */
  record SslConfigFile(Path file) implements TlsSource {
    @Override
    public TlsConfig read() throws ConfigException {
      return TlsConfig.read(file);
    }

    @Override
    public List<Path> files() {
      return List.of(file);
    }

    @Override
    public String label(Part part) {
      return switch (part) {
        case KEY -> "server_key";
        case CERTIFICATE -> "server_cert";
        case CLIENT_CA -> "custom_ca";
      };
    }

    @Override
    public String place(Part part) {
      return file + ": " + label(part);
    }
  }

  /**
   * Each in a file of its own, as certificate managers write them.
   *
   * @param clientCa whom clients' certificates are trusted by
   */
  record PemFiles(Path certificate, Path key, Optional<Path> clientCa, ClientCertificates clients)
      implements TlsSource {
    @Override
    public TlsConfig read() throws ConfigException {
      return new TlsConfig(
          this,
          text(Part.KEY, key),
          text(Part.CERTIFICATE, certificate),
          clientCa.isPresent() ? text(Part.CLIENT_CA, clientCa.get()) : "",
          clients);
    }

    private String text(Part part, Path file) throws ConfigException {
      String text;
      try {
        text = Files.readString(file);
      } catch (IOException e) {
        throw ConfigException.invalid("%s cannot be read: %s".formatted(place(part), e));
      }
      if (!text.contains(TlsConfig.PEM_BEGIN)) {
        throw ConfigException.invalid(place(part) + " is no file in PEM form");
      }
      return text;
    }

    @Override
    public List<Path> files() {
      return Stream.concat(Stream.of(certificate, key), clientCa.stream()).toList();
    }

    @Override
    public String label(Part part) {
      return switch (part) {
        case KEY -> "--tls_key_file";
        case CERTIFICATE -> "--tls_cert_file";
        case CLIENT_CA -> "--tls_client_ca_file";
      };
    }

    @Override
    public String place(Part part) {
      Object file =
          switch (part) {
            case KEY -> key;
            case CERTIFICATE -> certificate;
            case CLIENT_CA -> clientCa.map(Path::toString).orElse("");
          };
      return label(part) + "=" + file + ":";
    }
  }
}
