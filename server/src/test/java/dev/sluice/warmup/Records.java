package dev.sluice.warmup;

import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes TFRecord files. */
final class Records {
  private Records() {}

  static byte[] of(MessageLite... records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (MessageLite record : records) {
      file.writeBytes(framed(record.toByteArray()));
    }
    return file.toByteArray();
  }

  static byte[] framed(byte[] data) {
    ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(RecordFile.maskedCrc(record.array(), Long.BYTES));
    record.put(data);
    record.putInt(RecordFile.maskedCrc(data, data.length));
    return record.array();
  }
}
