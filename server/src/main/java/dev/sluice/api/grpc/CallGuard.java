package dev.sluice.api.grpc;

import dev.sluice.auth.AccessTable;
import dev.sluice.auth.Gate;
import dev.sluice.servable.ServingException;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Lets through to the methods what may be called by who calls. Who that is, and what a method must
 * ask once it knows the model, goes with the call ({@link GuardedCall}).
 */
public final class CallGuard implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);

  private final Gate gate;

  /** Creates a guard. */
  public CallGuard(Gate gate) {
    this.gate = gate;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String authorization = headers.get(AUTHORIZATION);
    String apiKey = headers.get(API_KEY);
    Gate.Entry entry;
    try {
      entry =
          gate.enter(
              AccessTable.need(call.getMethodDescriptor().getFullMethodName()),
              authorization,
              apiKey,
              // A token decides alone, and the call's attributes take a while to be made.
              authorization == null && apiKey == null ? certificate(call) : null);
    } catch (ServingException e) {
      call.close(GrpcStatuses.of(e), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(GuardedCall.of(call, entry.client(), entry.access()), headers);
  }

  private static @Nullable X509Certificate certificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return null;
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
    } catch (SSLPeerUnverifiedException e) {
      return null; // it showed none
    }
  }
}
