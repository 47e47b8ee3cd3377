package dev.sluice.main;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

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
  RawHttp2(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    in = new DataInputStream(socket.getInputStream());
    socket.getOutputStream().write(PREFACE.getBytes(US_ASCII));
    send(SETTINGS, 0, 0);
    while (next(SETTINGS).isAck()) {}
    send(SETTINGS, ACK, 0);
  }

  private void send(int type, int flags, int stream, byte... payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    socket.getOutputStream().write(frame.array());
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

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
