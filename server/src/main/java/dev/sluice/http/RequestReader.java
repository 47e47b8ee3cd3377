package dev.sluice.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts one connection's requests together, and gives up one that has begun and makes no headway: it
 * holds a connection, and perhaps memory that others wait for.
 *
 * <p>Headway is a whole request, or some bytes of a body. A connection between requests may stay
 * idle for ever. Confined to the connection's event loop.
 */
final class RequestReader implements StallWatch.Watched {
  /**
   * What a body must bring in each patience. Far below any link that is of use, and enough that
   * nobody holds the budget for long by sending a byte now and then; a small body, or a head, must
   * come whole.
   */
  static final int LEAST_BYTES = 64 << 10;

  /** While the listener drains, the same must come in so much time: a stop waits for it. */
  private static final Duration HURRIED_PATIENCE = Duration.ofSeconds(2);

  private final HttpConnection connection;
  private final Channel channel;
  private final RequestDecoder decoder;
  private final BodyGatherer body;
  private final StallWatch watch;
  private final long mostBodyBytes;
  private @Nullable HttpRequest head;
  private long bodyBytes;
  private long credit;
  private boolean ended;

  RequestReader(
      HttpConnection connection, Channel channel, RequestDecoder decoder, HttpLimits limits) {
    this.connection = connection;
    this.channel = channel;
    this.decoder = decoder;
    this.body = new BodyGatherer(limits.bodies());
    this.watch = new StallWatch(this, LEAST_BYTES, limits.requestPatience());
    this.mostBodyBytes = limits.bodyBytes();
  }

  /** Takes in what the decoder made of the client's bytes; it stays the caller's. */
  void read(Object message) {
    if (ended) {
      return;
    }
    if (message instanceof HttpRequest request) {
      begin(request);
    }
    if (message instanceof HttpContent content) {
      append(content);
    }
  }

  private void begin(HttpRequest request) {
    decoder.headDone();
    if (request.decoderResult().isFailure()) {
      connection.refuse(HttpErrors.statusOf(request.decoderResult()));
      return;
    }
    if (!hasPlainEnd(request)) {
      connection.refuse(HttpURLConnection.HTTP_BAD_REQUEST);
      return;
    }
    // Before anything is taken in, if the client says how much comes.
    if (isTooLarge(HttpUtil.getContentLength(request, 0L))) {
      return;
    }
    head = request;
    bodyBytes = 0;
    if (HttpUtil.is100ContinueExpected(request)) {
      connection.sendContinue();
    }
  }

  /**
   * Returns false if the body is coded in a way that we do not know: then nobody can say where it
   * ends (RFC 9112, 6.1), and what follows must not be taken for a request.
   */
  private static boolean hasPlainEnd(HttpRequest request) {
    if (!request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      return true;
    }
    List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst());
  }

  private void append(HttpContent content) {
    HttpRequest request = head;
    if (request == null) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      connection.refuse(HttpErrors.statusOf(content.decoderResult()));
      return;
    }
    bodyBytes += content.content().readableBytes();
    if (isTooLarge(bodyBytes)) {
      return;
    }
    boolean last = content instanceof LastHttpContent;
    body.add(content.content(), last, channel.alloc());
    if (last) {
      head = null;
      credit += LEAST_BYTES;
      connection.received(request, body.take());
    }
  }

  private boolean isTooLarge(long bytes) {
    if (bytes > mostBodyBytes) {
      connection.refuseBody(bytes);
    }
    return bytes > mostBodyBytes;
  }

  /** Is told that nothing more is there to read now. */
  void endOfRead() {
    if (isUnderWay()) {
      watch.start(channel.eventLoop());
    }
  }

  /** Is told that reading goes on after it was held up; the client could send nothing meanwhile. */
  void resumed() {
    credit += LEAST_BYTES;
  }

  /** Reads no more requests, and gives back what is held of the one under way. */
  void end() {
    ended = true;
    head = null;
    body.drop();
    watch.stop();
  }

  /** Gives up sooner a request that makes no headway. */
  void hurry() {
    watch.hurry(channel.eventLoop(), HURRIED_PATIENCE);
  }

  @Override
  public boolean isUnderWay() {
    return !ended && (head != null || decoder.isInHead());
  }

  /** What the client takes counts as what it brings: while answers wait, we do not read. */
  @Override
  public long headway() {
    return body.arrived() + credit + connection.takenBytes();
  }

  /**
   * We read nothing while too much waits for its turn. Where that is because the client takes no
   * answers, it may not hold memory that others wait for.
   */
  @Override
  public boolean waitsForUs() {
    return !channel.config().isAutoRead() && (body.held() == 0 || channel.isWritable());
  }

  @Override
  public void giveUp() {
    if (head != null) {
      connection.refuse(HttpURLConnection.HTTP_CLIENT_TIMEOUT);
    } else {
      connection.closeInTurn();
    }
  }
}
