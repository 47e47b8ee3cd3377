package dev.sluice.main;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of HTTP/2 (RFC 9113 §4.1) in one direction of a connection, in bytes that pass
 * by in pieces of any size. Keeps nothing but where it is. Confined to an event loop.
 */
final class FrameTrail {
  private static final int HEAD_BYTES = 9;
  private static final int LENGTH_SHIFT = 40;
  private static final int TYPE_SHIFT = 32;
  private static final int FLAGS_SHIFT = 24;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  /** How much of a frame's head has passed. */
  private int headBytes;

  /** The first eight bytes of a head: 24 bits of length, 8 of type, 8 of flags, then the call's. */
  private long head;

  private int type = DATA;

  /** What is still to come of a frame's payload, or of what precedes all frames. */
  private int left;

  private boolean blockIsOpen;
  private long whole;
  private long dataBytes;

  /**
   * Begins a trail.
   *
   * @param before how many bytes precede the first frame
   */
  FrameTrail(int before) {
    this.left = before;
  }

  /** Takes note of the next bytes. */
  void pass(ByteBuf bytes) {
    int end = bytes.writerIndex();
    for (int at = bytes.readerIndex(); at < end; ) {
      if (left > 0) {
        int step = Math.min(left, end - at);
        at += step;
        left -= step;
        if (type == DATA) {
          dataBytes += step;
        }
        if (left == 0) {
          countWhole();
        }
      } else if (headBytes == 0 && end - at >= HEAD_BYTES) {
        begin(bytes.getLong(at)); // nearly all of them
        at += HEAD_BYTES;
      } else {
        readHead(bytes.getUnsignedByte(at++));
      }
    }
  }

  private void readHead(int octet) {
    if (++headBytes < HEAD_BYTES) {
      head = head << Byte.SIZE | octet;
    } else {
      headBytes = 0;
      begin(head);
    }
  }

  private void begin(long frame) {
    left = (int) (frame >>> LENGTH_SHIFT);
    type = (int) (frame >>> TYPE_SHIFT) & 0xff;
    if (type == HEADERS || type == CONTINUATION) {
      blockIsOpen = ((int) (frame >>> FLAGS_SHIFT) & END_HEADERS) == 0;
    }
    if (left == 0) {
      countWhole();
    }
  }

  private void countWhole() {
    if (!blockIsOpen) {
      whole++;
    }
  }

  /**
   * Returns true if a header block has begun and not ended, or a frame whose payload is no data:
   * nobody has a reason to stop there.
   */
  boolean isMidway() {
    return blockIsOpen || headBytes > 0 || (left > 0 && type != DATA);
  }

  /** Returns how many header blocks, and frames that belong to none, have passed as a whole. */
  long whole() {
    return whole;
  }

  /** Returns how many bytes of DATA have passed. */
  long dataBytes() {
    return dataBytes;
  }
}
