package dev.sluice.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as far as TLS knows.
 *
 * @param certificate that was verified; null if none was shown
 */
record ClientIdentity(@Nullable X509Certificate certificate) {
  private static final ClientIdentity UNKNOWN = new ClientIdentity(null);

  /** Returns the client of a connection that has brought a request. */
  static ClientIdentity of(Channel channel) {
    SslHandler encryption = channel.pipeline().get(SslHandler.class);
    if (encryption == null) {
      return UNKNOWN;
    }
    try {
      Certificate[] chain = encryption.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own
          ? new ClientIdentity(own)
          : UNKNOWN;
    } catch (SSLPeerUnverifiedException e) {
      return UNKNOWN;
    }
  }
}
