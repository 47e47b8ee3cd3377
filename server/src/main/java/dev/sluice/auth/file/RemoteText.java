package dev.sluice.auth.file;

import dev.sluice.auth.verify.KeySet;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A short text at a URL. It is asked for without credentials, follows no redirection, and gives up
 * soon.
 *
 * @param ca the certificates that the host is trusted by; empty for the JDK's
 * @param patience for the whole answer
 */
record RemoteText(String url, Optional<Path> ca, Duration patience) implements KeySet.Fetch {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
  private static final long LARGEST = 1 << 20;

  @Override
  public String get() throws IOException, InterruptedException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_PATIENCE);
    if (ca.isPresent()) {
      builder.sslContext(trusting(ca.get()));
    }
    HttpClient client = builder.build();
    try {
      HttpResponse<byte[]> response = answer(client);
      if (response.statusCode() != 200) {
        throw new IOException("expected status 200, found " + response.statusCode());
      }
      return new String(response.body(), StandardCharsets.UTF_8);
    } finally {
      client.shutdownNow(); // to close it would wait for what has been given up
    }
  }

  /** The client's own time-out ends with the head of the answer; this one holds for all of it. */
  private HttpResponse<byte[]> answer(HttpClient client) throws IOException, InterruptedException {
    try {
      return client
          .sendAsync(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST))
          .get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }

  private static SSLContext trusting(Path ca) throws IOException {
    try (InputStream in = Files.newInputStream(ca)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + number++, certificate);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(ca + ": holds no certificates to trust: " + e.getMessage(), e);
    }
  }
}
