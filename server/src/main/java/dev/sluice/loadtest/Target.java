package dev.sluice.loadtest;

import dev.sluice.protos.serving.ModelSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which model is asked, where.
 *
 * @param path what stands before {@code /v1/models} over REST; usually empty
 * @param label the version's label; empty if {@code version} is present
 */
record Target(
    Protocol protocol,
    String host,
    int port,
    String path,
    String model,
    OptionalLong version,
    Optional<String> label) {
  private static final int HIGHEST_PORT = 65535;

  /**
   * Reads an address such as {@code host}, {@code host:port} or {@code http://host:port/path}.
   *
   * @throws BenchException if it is none
   */
  static Target of(
      Protocol protocol, String url, String model, OptionalLong version, Optional<String> label)
      throws BenchException {
    URI uri = parse(url);
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("grpc")) {
      throw new BenchException(
          "--url=%s: expected http://, grpc:// or host:port; TLS is not supported".formatted(url));
    }
    if (uri.getHost() == null || uri.getPort() > HIGHEST_PORT) {
      throw new BenchException("--url=%s: expected host:port".formatted(url));
    }
    int port = uri.getPort() < 0 ? protocol.defaultPort() : uri.getPort();
    String path = uri.getRawPath().replaceAll("/+$", "");
    if (protocol == Protocol.GRPC && !path.isEmpty()) {
      throw new BenchException("--url=%s: gRPC takes host:port, without a path".formatted(url));
    }
    return new Target(protocol, uri.getHost(), port, path, model, version, label);
  }

  private static URI parse(String url) throws BenchException {
    try {
      return URI.create(url.contains("://") ? url : "http://" + url);
    } catch (IllegalArgumentException e) {
      throw new BenchException("--url=%s: expected host:port".formatted(url));
    }
  }

  /** Returns the server's address, resolved. */
  InetSocketAddress address() throws BenchException {
    try {
      String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      return new InetSocketAddress(InetAddress.getByName(plain), port);
    } catch (UnknownHostException e) {
      throw new BenchException("no host " + host);
    }
  }

  /** Returns the path of the model, or of the version asked for, over REST. */
  String modelPath() {
    StringBuilder full = new StringBuilder(path).append("/v1/models/").append(encoded(model));
    version.ifPresent(number -> full.append("/versions/").append(number));
    label.ifPresent(name -> full.append("/labels/").append(encoded(name)));
    return full.toString();
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Returns what names the model over gRPC. */
  ModelSpec.Builder spec() {
    ModelSpec.Builder spec = ModelSpec.newBuilder().setName(model);
    version.ifPresent(number -> spec.getVersionBuilder().setValue(number));
    label.ifPresent(spec::setVersionLabel);
    return spec;
  }

  /** Returns the server for people: protocol and address. */
  String server() {
    return protocol.title() + " " + host + ":" + port + path;
  }
}
