package dev.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer.
 *
 * <p>Created and read on the connection's event loop; {@link #respond} may be called by any thread,
 * once. A body that another thread is to read is {@linkplain #takeBody() taken} first.
 */
public final class Exchange implements Runnable {
  private final HttpConnection connection;
  private final String method;
  private final String target;
  private final HttpHeaders headers;
  private Persistence after;
  private String clientName = "";
  private @Nullable Body body;
  private String further = "";
  private @Nullable ByteBuf answer;
  private @Nullable Watcher watcher;
  private long deadlineNanos;

  Exchange(
      HttpConnection connection,
      String method,
      String target,
      HttpHeaders headers,
      Persistence after,
      @Nullable Body body) {
    this.connection = connection;
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.after = after;
    this.body = body;
  }

  /** Returns the method as sent. */
  public String method() {
    return method;
  }

  /** Returns the request target as sent: still percent-encoded, with query and fragment. */
  public String target() {
    return target;
  }

  /** Returns a header's first value, or null. */
  public @Nullable String header(CharSequence name) {
    return headers.get(name);
  }

  /** Returns the client's address as text. */
  public String client() {
    return connection.client();
  }

  /** Returns the certificate that the client has shown and TLS has verified, or null. */
  public @Nullable X509Certificate clientCertificate() {
    return connection.clientCertificate();
  }

  /** Returns the name of the client that the request is of; empty if nobody said. */
  public String clientName() {
    return clientName;
  }

  /** Says which client the request is of; on the event loop, before it is handled. */
  public void setClientName(String name) {
    clientName = name;
  }

  /** Returns false if the body found no room when it arrived; it is gone then. */
  boolean hasBody() {
    return body != null;
  }

  /** Returns the size of the body in bytes. */
  public int bodyLength() {
    Body bytes = body;
    return bytes == null ? 0 : bytes.length();
  }

  /** Copies the whole body to {@code target} from index 0; it must have room. */
  public void copyBody(byte[] target) {
    Body bytes = body;
    if (bytes != null) {
      bytes.copyTo(target);
    }
  }

  /** Takes the body away from the exchange; on the event loop. The caller closes it. */
  public Body takeBody() {
    Body bytes = body;
    if (bytes == null) {
      throw new IllegalStateException("the body was taken before");
    }
    body = null;
    return bytes;
  }

  /** Gives the body's memory back, unless it was taken; on the event loop. */
  void releaseBody() {
    Body bytes = body;
    if (bytes != null) {
      body = null;
      bytes.close();
    }
  }

  /**
   * Asks to be told of a time-out and of the client's leaving; on the event loop, and there again
   * once the time is up, to be told of another.
   */
  public void watch(Watcher newWatcher, long deadlineNanoTime) {
    watcher = newWatcher;
    deadlineNanos = deadlineNanoTime;
    connection.armTimer(deadlineNanoTime);
  }

  /** Runs a task on the connection's event loop. */
  public void execute(Runnable task) {
    connection.execute(task);
  }

  /**
   * Answers with the first {@code length} bytes of {@code content}, which is copied. If that fails,
   * for want of memory above all, the connection is closed and the failure thrown.
   */
  public void respond(Response response, byte[] content, int length) {
    respond(response, "", content, length);
  }

  /**
   * Answers likewise, with headers of this answer alone.
   *
   * @param own header lines, each ended by CR LF
   */
  public void respond(Response response, String own, byte[] content, int length) {
    if (connection.isLeaving()) {
      after = Persistence.CLOSE;
    }
    answer = render(response, further.isEmpty() ? own : own + further, content, length);
    connection.execute(this);
  }

  /**
   * Adds headers to the answer, whichever it will be; by the thread that answers.
   *
   * @param lines each ended by CR LF
   */
  public void addHeaders(String lines) {
    further += lines;
  }

  /** Closes the connection without an answer, for none can be made; by any thread. */
  public void abort() {
    connection.abort();
  }

  /** An answer that finds no memory never comes, so that its connection must not wait for it. */
  private ByteBuf render(Response response, String own, byte[] content, int length) {
    ByteBuf buffer = null;
    try {
      buffer = connection.allocate(Math.addExact(length, 256 + own.length()));
      connection.writeHead(buffer, response, own, length, after);
      if (!method.equals("HEAD")) {
        buffer.writeBytes(content, 0, length);
      }
      return buffer;
    } catch (RuntimeException | Error e) {
      abort();
      if (buffer != null) {
        buffer.release();
      }
      throw e;
    }
  }

  /** Writes the answer; called by the event loop only. */
  @Override
  public void run() {
    releaseBody();
    ByteBuf buffer = answer;
    if (buffer == null) {
      throw new IllegalStateException("no answer for " + method + " " + target);
    }
    answer = null;
    watcher = null;
    try {
      connection.finish(this, buffer, after);
    } catch (Error e) {
      abort(); // it may not have been written
      throw e;
    }
  }

  @Nullable Watcher watcher() {
    return watcher;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }
}
