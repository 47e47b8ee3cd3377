package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.RawBytes;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import java.lang.foreign.MemorySegment;

/** Raw values that lie in a message, which is known to have all of them. */
final class MessageRawBytes implements RawBytes {
  private final ProtoReader in;
  private final int length;

  MessageRawBytes(ProtoReader in, int position, int length) {
    this.in = in;
    this.length = length;
    in.seek(position);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int readInt() {
    try {
      return in.readFixed32();
    } catch (MalformedMessageException impossible) {
      throw beyond(impossible);
    }
  }

  @Override
  public void copyTo(MemorySegment target, long offset, long bytes) {
    try {
      in.copyTo(target, offset, (int) bytes);
    } catch (MalformedMessageException impossible) {
      throw beyond(impossible);
    }
  }

  private IllegalStateException beyond(MalformedMessageException cause) {
    return new IllegalStateException("read beyond " + length + " raw bytes", cause);
  }
}
