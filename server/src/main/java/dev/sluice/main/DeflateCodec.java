package dev.sluice.main;

import io.grpc.Codec;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** gRPC's {@code deflate}, which is zlib's format; grpc-java brings only gzip. */
final class DeflateCodec implements Codec {
  @Override
  public String getMessageEncoding() {
    return "deflate";
  }

  @Override
  public InputStream decompress(InputStream in) {
    return new InflaterInputStream(in);
  }

  @Override
  public OutputStream compress(OutputStream out) {
    return new DeflaterOutputStream(out);
  }
}
