package dev.sluice.api.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A unary method off the hot path, answered from a protobuf message.
 *
 * <p>grpc-java's own stubs answer UNKNOWN to what is no message; the reference says INTERNAL, so
 * the request comes as an Optional, empty if it could not be parsed.
 *
 * @param <Q> the request
 * @param <P> the response
 */
public final class UnaryMethod<Q extends MessageLite, P extends MessageLite>
    implements ServerCallHandler<UnaryMethod.Parsed<Q>, P> {
  private static final System.Logger LOG = System.getLogger(UnaryMethod.class.getName());

  /** Such requests bring names and configurations; this is a hundred thousand models. */
  private static final int LARGEST_MESSAGE = 64 << 20;

  private final Function<Q, P> function;
  private final @Nullable ModelName<Q> model;
  private final boolean blocking;

  private UnaryMethod(Function<Q, P> function, @Nullable ModelName<Q> model, boolean blocking) {
    this.function = function;
    this.model = model;
    this.blocking = blocking;
  }

  /** What a method does. */
  @FunctionalInterface
  public interface Function<Q, P> {
    /**
     * Returns the response.
     *
     * @throws InterruptedException if the client has left; of a {@linkplain #blocking blocking}
     *     method only
     */
    P apply(Q request) throws ServingException, InterruptedException;
  }

  /** Which model a request is about. */
  @FunctionalInterface
  public interface ModelName<Q> {
    /** Returns the model's name; empty if the request names none. */
    String of(Q request);
  }

  /**
   * Returns a method to be registered in place of the generated one.
   *
   * @param function is called on the event loop, so it does not block
   */
  public static <Q extends MessageLite, P extends MessageLite> ServerMethodDefinition<?, ?> of(
      MethodDescriptor<Q, P> generated, Parser<Q> parser, Function<Q, P> function) {
    return define(generated, parser, new UnaryMethod<>(function, null, false));
  }

  /** Returns a method likewise, whose requests name a model. */
  public static <Q extends MessageLite, P extends MessageLite> ServerMethodDefinition<?, ?> of(
      MethodDescriptor<Q, P> generated,
      Parser<Q> parser,
      ModelName<Q> model,
      Function<Q, P> function) {
    return define(generated, parser, new UnaryMethod<>(function, model, false));
  }

  /**
   * Returns a method to be registered in place of the generated one.
   *
   * @param function is called on a virtual thread, which is interrupted if the client leaves
   */
  public static <Q extends MessageLite, P extends MessageLite>
      ServerMethodDefinition<?, ?> blocking(
          MethodDescriptor<Q, P> generated, Parser<Q> parser, Function<Q, P> function) {
    return define(generated, parser, new UnaryMethod<>(function, null, true));
  }

  /** Returns a blocking method likewise, whose requests name a model. */
  public static <Q extends MessageLite, P extends MessageLite>
      ServerMethodDefinition<?, ?> blocking(
          MethodDescriptor<Q, P> generated,
          Parser<Q> parser,
          ModelName<Q> model,
          Function<Q, P> function) {
    return define(generated, parser, new UnaryMethod<>(function, model, true));
  }

  private static <Q extends MessageLite, P extends MessageLite> ServerMethodDefinition<?, ?> define(
      MethodDescriptor<Q, P> generated, Parser<Q> parser, UnaryMethod<Q, P> method) {
    return ServerMethodDefinition.create(
        generated.toBuilder(new Requests<>(parser), generated.getResponseMarshaller()).build(),
        method);
  }

  @Override
  public ServerCall.Listener<Parsed<Q>> startCall(ServerCall<Parsed<Q>, P> rpc, Metadata headers) {
    rpc.request(2);
    return new Listener<>(this, rpc);
  }

  /** A request, or null and why there is none. */
  record Parsed<Q>(@Nullable Q message, Status failure) {}

  private static final class Requests<Q extends MessageLite>
      implements MethodDescriptor.Marshaller<Parsed<Q>> {
    private final Parser<Q> parser;

    Requests(Parser<Q> parser) {
      this.parser = parser;
    }

    @Override
    public Parsed<Q> parse(InputStream stream) {
      try (stream) {
        int size = stream.available();
        if (size > LARGEST_MESSAGE) {
          return new Parsed<>(null, tooLarge(size));
        }
        return new Parsed<>(parser.parseFrom(stream), Status.OK);
      } catch (StatusRuntimeException expandsTooFar) {
        return new Parsed<>(null, expandsTooFar.getStatus());
      } catch (IOException noSuchMessage) {
        return new Parsed<>(null, GrpcStatuses.INTERNAL);
      }
    }

    private static Status tooLarge(int size) {
      return GrpcStatuses.of(
          new ServingException(
              Code.RESOURCE_EXHAUSTED,
              "A message of %d bytes; this method accepts at most %d"
                  .formatted(size, LARGEST_MESSAGE)));
    }

    @Override
    public InputStream stream(Parsed<Q> value) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }

  private static final class Listener<Q extends MessageLite, P extends MessageLite>
      extends ServerCall.Listener<Parsed<Q>> {
    private final UnaryMethod<Q, P> method;
    private final ServerCall<Parsed<Q>, P> rpc;
    private @Nullable Parsed<Q> request;

    /** Set on the event loop; a blocking method's thread takes it over when it starts. */
    private boolean ended;

    /** The thread of a blocking method, once it has been started. Event loop only. */
    private @Nullable Thread thread;

    Listener(UnaryMethod<Q, P> method, ServerCall<Parsed<Q>, P> rpc) {
      this.method = method;
      this.rpc = rpc;
    }

    @Override
    public void onMessage(Parsed<Q> message) {
      if (request == null) {
        request = message;
      } else {
        end(Status.INTERNAL.withDescription("Too many requests"));
      }
    }

    @Override
    public void onHalfClose() {
      Parsed<Q> received = request;
      if (received == null) {
        end(Status.INTERNAL.withDescription("Half-closed without a request"));
        return;
      }
      Q parsed = received.message();
      if (parsed == null) {
        end(received.failure());
      } else if (method.blocking) {
        thread =
            Thread.ofVirtual()
                .name(rpc.getMethodDescriptor().getFullMethodName())
                .start(() -> answer(parsed));
      } else {
        answer(parsed);
      }
    }

    @Override
    public void onCancel() {
      if (thread != null) {
        thread.interrupt();
      }
    }

    private void answer(Q received) {
      try {
        if (method.model != null) {
          GuardedCall.require(rpc, method.model.of(received));
        }
        P response = method.function.apply(received);
        if (!ended) {
          rpc.sendHeaders(new Metadata());
          rpc.sendMessage(response);
          end(Status.OK);
        }
      } catch (ServingException e) {
        end(GrpcStatuses.of(e));
      } catch (InterruptedException clientHasLeft) {
        end(Status.CANCELLED);
      } catch (RuntimeException bug) {
        LOG.log(Level.ERROR, rpc.getMethodDescriptor().getFullMethodName() + " failed", bug);
        end(GrpcStatuses.INTERNAL);
      }
    }

    private void end(Status status) {
      if (!ended) {
        ended = true;
        rpc.close(status, new Metadata());
      }
    }
  }
}
