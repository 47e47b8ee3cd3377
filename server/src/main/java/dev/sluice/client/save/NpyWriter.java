package dev.sluice.client.save;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Tensors as files of NumPy's format, version 1, little-endian, the last index fastest. */
final class NpyWriter {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** The elements begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private NpyWriter() {}

  static byte[] npz(List<NamedTensor> tensors) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (NamedTensor tensor : tensors) {
        zip.putNextEntry(new ZipEntry(tensor.name() + ".npy"));
        zip.write(npy(tensor));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  static byte[] npy(NamedTensor tensor) {
    int width = width(tensor);
    byte[] header = header(type(tensor, width), tensor.shape());
    ByteBuffer bytes =
        ByteBuffer.allocate(
                Math.addExact(header.length, Math.multiplyExact(tensor.values().count(), width)))
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    switch (tensor.values()) {
      case Values.Reals(double[] elements) -> {
        for (double element : elements) {
          putReal(bytes, tensor.dtype(), element);
        }
      }
      case Values.Integers(long[] elements) -> {
        for (long element : elements) {
          putInteger(bytes, width, element);
        }
      }
      case Values.Booleans(boolean[] elements) -> {
        for (boolean element : elements) {
          bytes.put((byte) (element ? 1 : 0));
        }
      }
      case Values.Texts(List<ByteString> elements) -> {
        boolean text = areText(elements);
        for (ByteString element : elements) {
          int end = bytes.position() + width;
          putText(bytes, element, text);
          bytes.position(end);
        }
      }
    }
    return bytes.array();
  }

  private static byte[] header(String type, List<Integer> shape) {
    String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(type, shape.size() == 1 ? sizes + "," : sizes);
    int unpadded = MAGIC.length + Short.BYTES + dictionary.length() + 1;
    int padding = Math.floorMod(-unpadded, ALIGNMENT);
    int length = dictionary.length() + padding + 1;
    return ByteBuffer.allocate(unpadded + padding)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) length)
        .put((dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static String type(NamedTensor tensor, int width) {
    return switch (tensor.values()) {
      case Values.Reals _ -> "<f" + width;
      case Values.Integers _ ->
          (width == 1 ? "|" : "<") + (isUnsigned(tensor.dtype()) ? "u" : "i") + width;
      case Values.Booleans _ -> "|b1";
      case Values.Texts(List<ByteString> elements) ->
          areText(elements) ? "<U" + width / Integer.BYTES : "|S" + width;
    };
  }

  private static boolean isUnsigned(DataType dtype) {
    return switch (dtype) {
      case DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64 -> true;
      default -> false;
    };
  }

  private static boolean areText(List<ByteString> elements) {
    return elements.stream().allMatch(ByteString::isValidUtf8);
  }

  private static int width(NamedTensor tensor) {
    if (tensor.values() instanceof Values.Texts(List<ByteString> elements)) {
      boolean text = areText(elements);
      return elements.stream().mapToInt(element -> length(element, text)).max().orElse(0);
    }
    return switch (tensor.dtype()) {
      case DT_BOOL, DT_INT8, DT_UINT8 -> Byte.BYTES;
      case DT_HALF, DT_INT16, DT_UINT16 -> Short.BYTES;
      // NumPy has no bfloat16.
      case DT_FLOAT, DT_BFLOAT16, DT_INT32, DT_UINT32 -> Float.BYTES;
      default -> Double.BYTES;
    };
  }

  private static int length(ByteString element, boolean text) {
    if (!text) {
      return element.size();
    }
    String letters = element.toStringUtf8();
    return Math.multiplyExact(letters.codePointCount(0, letters.length()), Integer.BYTES);
  }

  private static void putReal(ByteBuffer bytes, DataType dtype, double value) {
    switch (dtype) {
      case DT_DOUBLE -> bytes.putDouble(value);
      case DT_HALF -> bytes.putShort(Float.floatToFloat16((float) value));
      default -> bytes.putFloat((float) value);
    }
  }

  private static void putInteger(ByteBuffer bytes, int width, long value) {
    switch (width) {
      case Byte.BYTES -> bytes.put((byte) value);
      case Short.BYTES -> bytes.putShort((short) value);
      case Integer.BYTES -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
  }

  private static void putText(ByteBuffer bytes, ByteString element, boolean text) {
    if (text) {
      element.toStringUtf8().codePoints().forEach(bytes::putInt);
    } else {
      bytes.put(element.toByteArray());
    }
  }
}
