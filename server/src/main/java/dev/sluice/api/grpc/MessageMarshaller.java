package dev.sluice.api.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Writes responses that are protobuf messages, of whatever type. */
public final class MessageMarshaller implements MethodDescriptor.Marshaller<MessageLite> {
  @Override
  public InputStream stream(MessageLite value) {
    return new ByteArrayInputStream(value.toByteArray());
  }

  @Override
  public MessageLite parse(InputStream stream) {
    throw new UnsupportedOperationException("a server receives no answers");
  }
}
