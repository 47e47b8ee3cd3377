package dev.sluice.api.grpc;

import dev.sluice.api.wire.MessageBytes;
import dev.sluice.servable.ServingException;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call that brings any number of requests, each served as if it were alone and answered when it
 * is done: a failure is a message, too, and ends nothing.
 *
 * <p>The transport calls the listener methods one after the other, on the event loop; requests end
 * on any thread.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response of a lone request
 */
final class InferenceStream<H, P> extends ServerCall.Listener<MessageBytes>
    implements StoppableStream {
  /*
   * A call must be written by one thread at a time. Whoever has a message puts it into `outgoing`
   * and raises `waiting`; who raises it from 0 writes, until it is 0 again, for the others, too.
   *
   * So many requests are asked for as have been answered, and only while the transport can take
   * answers: a client that does not read is not read from either. What a stream holds is therefore
   * bounded by MOST_UNDER_WAY requests and their answers.
   *
   * A write that fails ends the call as a cancel does: what is left has nobody to go to.
   *
   * `open` counts what keeps the call open: the requests under way, and 1 for those to come. Who
   * brings it to 0 has the call closed, behind all that is in `outgoing`.
   */
  static final int MOST_UNDER_WAY = 64;

  private static final System.Logger LOG = System.getLogger(InferenceStream.class.getName());

  private final GrpcInference<H, P> service;
  private final ServerCall<MessageBytes, byte[]> rpc;
  private final Metadata headers;
  private final StreamEncoding<H, P> encoding;
  private final @Nullable Deadline deadline;
  private final Set<ServedRequest<H, P>> underWay = ConcurrentHashMap.newKeySet();
  private final Queue<byte[]> outgoing = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger(1);

  /** How the call ends: once this is set, no more requests are taken. */
  private final AtomicReference<@Nullable Status> end = new AtomicReference<>();

  /** Requests to be asked for. Only whoever writes touches it, and {@code closed}. */
  private int owed = MOST_UNDER_WAY;

  private boolean closed;
  private volatile boolean cancelled;

  InferenceStream(
      GrpcInference<H, P> service,
      ServerCall<MessageBytes, byte[]> rpc,
      Metadata headers,
      StreamEncoding<H, P> encoding,
      @Nullable Deadline deadline) {
    this.service = service;
    this.rpc = rpc;
    this.headers = headers;
    this.encoding = encoding;
    this.deadline = deadline;
  }

  /** Asks for the first requests. */
  void start() {
    rpc.sendHeaders(new Metadata());
    write();
  }

  @Override
  public void onMessage(MessageBytes received) {
    if (end.get() != null || cancelled) {
      received.close();
      return;
    }
    open.incrementAndGet();
    One one = new One();
    ServedRequest<H, P> request = new ServedRequest<>(service, one, deadline);
    one.request = request;
    underWay.add(request);
    request.serve(received);
  }

  @Override
  public void onHalfClose() {
    stop(Status.OK);
  }

  @Override
  public void stop(Status status) {
    if (end.compareAndSet(null, status)) {
      release();
    }
  }

  @Override
  public void onReady() {
    write();
  }

  @Override
  public void onCancel() {
    cancelled = true;
    underWay.forEach(ServedRequest::cancel);
    outgoing.clear();
  }

  private void release() {
    if (open.decrementAndGet() == 0) {
      write();
    }
  }

  private void write() {
    if (waiting.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      try {
        writeAll();
      } catch (RuntimeException | Error bug) {
        // Whatever it is: who writes must bring `waiting` to 0, or nobody writes again.
        fail(bug);
      }
      seen = waiting.addAndGet(-seen);
    } while (seen != 0);
  }

  private void fail(Throwable bug) {
    onCancel();
    if (!closed) {
      closed = true;
      try {
        rpc.close(GrpcStatuses.INTERNAL, new Metadata());
      } catch (RuntimeException | Error ended) {
        bug.addSuppressed(ended); // the transport has ended a call whose message it could not send
      }
    }
    LOG.log(Level.ERROR, "A stream could not be written to", bug);
  }

  private void writeAll() {
    if (closed || cancelled) {
      outgoing.clear();
      return;
    }
    boolean last = open.get() == 0;
    for (byte[] message = outgoing.poll(); message != null; message = outgoing.poll()) {
      rpc.sendMessage(message);
      owed++;
    }
    Status status = end.get();
    if (last && status != null) {
      closed = true;
      rpc.close(status, new Metadata());
    } else if (owed > 0 && rpc.isReady()) {
      rpc.request(owed);
      owed = 0;
    }
  }

  /** One of the stream's requests, which ends by a message. */
  private final class One implements Reply<H, P> {
    private @Nullable ServedRequest<H, P> request;

    @Override
    public @Nullable String header(String name) {
      return Headers.text(headers, name);
    }

    @Override
    public String client() {
      return Headers.client(rpc);
    }

    @Override
    public String clientName() {
      return GuardedCall.client(rpc);
    }

    @Override
    public void require(String model) throws ServingException {
      GuardedCall.require(rpc, model);
    }

    @Override
    public void answered(P response) {
      end(encoding.answer(response));
    }

    @Override
    public void failed(Status status, @Nullable H head) {
      end(encoding.failure(status, head));
    }

    /** Does nothing the second time: an answer may fail after it was taken. */
    private void end(byte[] message) {
      ServedRequest<H, P> ended = request;
      if (ended == null || !underWay.remove(ended)) {
        return;
      }
      outgoing.add(message);
      write();
      release();
    }
  }
}
