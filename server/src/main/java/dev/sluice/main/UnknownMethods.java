package dev.sluice.main;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Answers calls of methods that no service has as the reference does: without a text. */
final class UnknownMethods extends HandlerRegistry {
  /** Messages are not read. */
  private static final MethodDescriptor.Marshaller<InputStream> UNREAD =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
          return InputStream.nullInputStream();
        }
      };

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    return ServerMethodDefinition.create(
        MethodDescriptor.newBuilder(UNREAD, UNREAD)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build(),
        (call, headers) -> {
          call.close(Status.UNIMPLEMENTED, new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }
}
