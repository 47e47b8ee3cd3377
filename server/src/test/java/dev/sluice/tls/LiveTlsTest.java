package dev.sluice.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.config.ClientCertificates;
import dev.sluice.config.ConfigException;
import dev.sluice.config.Notices;
import dev.sluice.config.TlsSource;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import dev.sluice.http.HttpTransport;
import dev.sluice.http.Response;
import dev.sluice.testing.Identity;
import dev.sluice.testing.Volume;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LiveTlsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path scratch;
  private final List<String> news = new ArrayList<>();

  /** Whom clients trust. */
  private final List<Identity> servers = new ArrayList<>();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Identity identity(String name) throws Exception {
    Identity made = Identity.create(scratch, name);
    servers.add(made);
    return made;
  }

  private Volume volume() {
    return new Volume(scratch);
  }

  private LiveTls tls(Optional<Path> ca, ClientCertificates clients) {
    Path data = scratch.resolve("..data");
    return new LiveTls(
        new TlsSource.PemFiles(data.resolve("tls.crt"), data.resolve("tls.key"), ca, clients),
        new Notices(news::add, news::add));
  }

  private HttpListener listen(LiveTls tls, TlsUse use) throws ConfigException {
    return new HttpListener(
        new HttpTransport(loops, loops, NioServerSocketChannel::new, Optional.of(tls.context(use))),
        exchange -> {
          X509Certificate client = exchange.clientCertificate();
          byte[] name =
              (client == null ? "nobody" : client.getSubjectX500Principal().getName())
                  .getBytes(StandardCharsets.UTF_8);
          exchange.respond(Response.text(200), name, name.length);
        },
        new HttpLimits(new ByteBudget(1 << 20), LONG, LONG, Duration.ofSeconds(5)),
        Clock.systemUTC());
  }

  private static InetSocketAddress bind(HttpListener listener) throws IOException {
    return listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private record Answer(String server, String body) {}

  private Answer ask(InetSocketAddress address, @Nullable Identity own) throws Exception {
    SSLContext context = Identity.client(servers, own);
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return new Answer(
          socket.getSession().getPeerPrincipal().getName(),
          text.substring(text.indexOf("\r\n\r\n") + 4));
    }
  }

  @Test
  void newCertificatesHoldForNewConnections() throws Exception {
    Identity one = identity("one");
    volume().write("v1", one, one);
    volume().turnTo("v1");
    LiveTls tls = tls(Optional.empty(), ClientCertificates.NONE);
    try (HttpListener listener = listen(tls, TlsUse.HTTP)) {
      InetSocketAddress address = bind(listener);
      assertTrue(ask(address, null).server().contains("one"));
      tls.poll();
      assertEquals(List.of(), news);
      Identity two = identity("two");
      volume().write("v2", two, two);
      volume().turnTo("v2");
      tls.poll();
      assertTrue(ask(address, null).server().contains("two"));
      assertTrue(news.getLast().contains("hold from now on"), news::toString);
    }
  }

  @Test
  void aKeyThatIsNotTheCertificatesChangesNothing() throws Exception {
    Identity one = identity("one");
    Identity two = identity("two");
    volume().write("v1", one, one);
    volume().write("v2", two, one);
    volume().write("v3", two, two);
    volume().turnTo("v1");
    LiveTls tls = tls(Optional.empty(), ClientCertificates.NONE);
    try (HttpListener listener = listen(tls, TlsUse.HTTP)) {
      InetSocketAddress address = bind(listener);
      volume().turnTo("v2");
      tls.poll();
      tls.poll();
      assertEquals(1, news.size(), news::toString);
      assertTrue(
          news.getFirst().contains("is another key than the one that --tls_cert_file is for"),
          news::toString);
      assertTrue(ask(address, null).server().contains("one"));
      volume().turnTo("v3");
      tls.poll();
      assertTrue(ask(address, null).server().contains("two"));
    }
  }

  @Test
  void aPairThatDoesNotFitIsRefusedAtTheStart() throws Exception {
    volume().write("v1", identity("one"), identity("two"));
    volume().turnTo("v1");
    LiveTls tls = tls(Optional.empty(), ClientCertificates.NONE);
    String refusal = assertThrows(ConfigException.class, () -> tls.context(TlsUse.GRPC)).text();
    assertTrue(refusal.startsWith("--tls_key_file=" + scratch.resolve("..data/tls.key")), refusal);
  }

  @Test
  void clientsAreAskedForWhatTheirPortWants() throws Exception {
    Identity own = identity("own");
    Identity client = identity("client");
    Identity stranger = identity("stranger");
    volume().write("v1", own, own);
    volume().turnTo("v1");
    Path ca = Files.writeString(scratch.resolve("clients.pem"), client.certificate());
    LiveTls tls = tls(Optional.of(ca), ClientCertificates.REQUIRED);
    try (HttpListener strict = listen(tls, TlsUse.HTTP);
        HttpListener probes = listen(tls, TlsUse.PROBES)) {
      InetSocketAddress address = bind(strict);
      assertTrue(ask(address, client).body().contains("client"));
      assertThrows(IOException.class, () -> ask(address, null));
      assertThrows(IOException.class, () -> ask(address, stranger));
      InetSocketAddress open = bind(probes);
      assertEquals("nobody", ask(open, null).body());
      assertTrue(ask(open, client).body().contains("client"));
    }
  }
}
