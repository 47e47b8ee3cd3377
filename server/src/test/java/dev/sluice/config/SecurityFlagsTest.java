package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecurityFlagsTest {
  private static SecuritySettings settings(String... flags) throws ConfigException {
    return TestSettings.of(flags).security();
  }

  @Test
  void withoutFlagsNothingIsAskedAndWhatClientsCostIsBounded() throws ConfigException {
    assertEquals(
        new SecuritySettings(
            Optional.empty(),
            Optional.empty(),
            new SecuritySettings.Ports(0, 0, 0, ""),
            new SecuritySettings.Bounds(64 << 10, Long.MAX_VALUE, 16_384, 10_000)),
        settings());
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    assertEquals(
        new SecuritySettings(
            Optional.of(
                new TlsSource.PemFiles(
                    Path.of("c"),
                    Path.of("k"),
                    Optional.of(Path.of("ca")),
                    ClientCertificates.OPTIONAL)),
            Optional.of(Path.of("auth.yaml")),
            new SecuritySettings.Ports(1, 2, 3, "127.0.0.1"),
            new SecuritySettings.Bounds(4000, 5L << 32, Integer.MAX_VALUE, 7)),
        settings(
            "--tls_cert_file=c",
            "--tls_key_file=k",
            "--tls_client_ca_file=ca",
            "--tls_client_auth=optional",
            "--auth-config-file=auth.yaml",
            "--admin_port=1",
            "--admin_grpc_port=2",
            "--metrics_port=3",
            "--admin_address=127.0.0.1",
            "--max_request_header_bytes=4000",
            "--max_request_body_bytes=" + (5L << 32),
            "--max_connections=0",
            "--max_streams_per_connection=7"));
  }

  @Test
  void whoTrustsClientsWantsToSeeTheirCertificates() throws ConfigException {
    TlsSource.PemFiles files =
        (TlsSource.PemFiles)
            settings("--tls_cert_file=c", "--tls_key_file=k", "--tls_client_ca_file=ca")
                .tls()
                .orElseThrow();
    assertEquals(ClientCertificates.REQUIRED, files.clients());
    files =
        (TlsSource.PemFiles) settings("--tls_cert_file=c", "--tls_key_file=k").tls().orElseThrow();
    assertEquals(ClientCertificates.NONE, files.clients());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tls_cert_file=c|--tls_cert_file and --tls_key_file: expected both, found only one of them",
        "--tls_client_ca_file=a|--tls_client_ca_file=a: expected --tls_cert_file and --tls_key_file, too",
        "--tls_client_auth=x|--tls_client_auth=x: expected require or optional",
        "--max_request_header_bytes=9|--max_request_header_bytes=9: expected a number from 1024 to 16777216",
        "--max_request_body_bytes=-1|--max_request_body_bytes=-1: expected at least 0",
        "--max_streams_per_connection=0|--max_streams_per_connection=0: expected at least 1",
        "--admin_port=65536|--admin_port=65536: expected a number from 0 to 65535",
      })
  void whatContradictsItselfIsRefused(String flag, String refusal) {
    assertEquals(refusal, assertThrows(ConfigException.class, () -> settings(flag)).text());
  }
}
