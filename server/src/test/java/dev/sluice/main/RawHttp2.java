package dev.sluice.main;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** An HTTP/2 client that sees and sends single frames (RFC 9113 §4.1). */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;

  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int HEAD_BYTES = 9;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final Socket socket;
  private final DataInputStream in;

  /** A frame as it came. */
  static final class Frame {
    private final int type;
    private final int flags;
    private final byte[] payload;

    private Frame(int type, int flags, byte[] payload) {
      this.type = type;
      this.flags = flags;
      this.payload = payload;
    }

    byte[] payload() {
      return payload.clone();
    }

    /** Returns what the first bytes of the payload say, as a GOAWAY has them. */
    int lastStream() {
      return ByteBuffer.wrap(payload).getInt() & Integer.MAX_VALUE;
    }

    int errorCode() {
      return ByteBuffer.wrap(payload).getInt(4);
    }

    boolean isAck() {
      return (flags & ACK) != 0;
    }
  }

  /** Connects, and shakes hands. */
  RawHttp2(int port, byte... settings) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port), settings);
  }

  /** Shakes hands. */
  RawHttp2(Socket connected, byte... settings) throws IOException {
    socket = connected;
    socket.setSoTimeout(30_000);
    in = new DataInputStream(socket.getInputStream());
    socket.getOutputStream().write(PREFACE.getBytes(US_ASCII));
    send(SETTINGS, 0, 0, settings);
    while (next(SETTINGS).isAck()) {}
    send(SETTINGS, ACK, 0);
  }

  void send(int type, int flags, int stream, byte... payload) throws IOException {
    write(frame(type, flags, stream, payload), HEAD_BYTES + payload.length);
  }

  /** Sends a frame's head without its payload. */
  void sendHead(int length, int type, int flags, int stream) throws IOException {
    write(frame(type, flags, stream, new byte[length]), HEAD_BYTES);
  }

  private static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(HEAD_BYTES + payload.length)
        .putInt(payload.length << 8 | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private void write(byte[] frame, int length) throws IOException {
    socket.getOutputStream().write(frame, 0, length);
    socket.getOutputStream().flush();
  }

  /** Begins a unary call with an empty message. */
  void call(int stream, String path) throws IOException {
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    header(headers, ":method", "POST");
    header(headers, ":scheme", "http");
    header(headers, ":path", path);
    header(headers, ":authority", "localhost");
    header(headers, "content-type", "application/grpc");
    header(headers, "te", "trailers");
    send(HEADERS, END_HEADERS, stream, headers.toByteArray());
    send(DATA, END_STREAM, stream, new byte[5]);
  }

  /** A literal that is not to be indexed, without Huffman's code (RFC 7541 §6.2.2). */
  private static void header(ByteArrayOutputStream to, String name, String value) {
    to.write(0);
    to.write(name.length());
    to.writeBytes(name.getBytes(US_ASCII));
    to.write(value.length());
    to.writeBytes(value.getBytes(US_ASCII));
  }

  /** Answers a ping. */
  void acknowledge(Frame ping) throws IOException {
    send(PING, ACK, 0, ping.payload);
  }

  /** Returns the next frame of a type; skips others. */
  Frame next(int type) throws IOException {
    while (true) {
      Frame frame = next();
      if (frame.type == type) {
        return frame;
      }
    }
  }

  private Frame next() throws IOException {
    int lengthAndType = in.readInt();
    int flags = in.readUnsignedByte();
    in.skipNBytes(Integer.BYTES); // the stream
    byte[] payload = new byte[lengthAndType >>> 8];
    in.readFully(payload);
    return new Frame(lengthAndType & 0xff, flags, payload);
  }

  /** Reads on; returns true if the server ends the connection in order. */
  boolean ends() throws IOException {
    try {
      while (true) {
        next();
      }
    } catch (EOFException end) {
      return true;
    }
  }

  /** Returns true if the server neither says anything for so long nor ends the connection. */
  boolean isQuiet(Duration time) throws IOException {
    int before = socket.getSoTimeout();
    socket.setSoTimeout((int) time.toMillis());
    try {
      int _ = socket.getInputStream().read();
      return false;
    } catch (SocketTimeoutException quiet) {
      return true;
    } finally {
      socket.setSoTimeout(before);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
