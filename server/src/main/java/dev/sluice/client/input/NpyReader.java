package dev.sluice.client.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.client.tensor.ValuesBuilder;
import dev.sluice.protos.tensorflow.DataType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads NumPy's arrays: one ({@code .npy}), or several by name ({@code .npz}). */
final class NpyReader {
  /** What one request can carry is less. */
  private static final long MOST_BYTES = 1L << 30;

  private static final String EXTENSION = ".npy";
  private static final Pattern TYPE = Pattern.compile("([<>|=]?)([a-zA-Z])(\\d{0,9})");

  /** How one element is stored. */
  private record ElementType(DataType dtype, char code, int width, ByteOrder order) {}

  private NpyReader() {}

  /** Returns the array of a file, named as told. */
  static NamedTensor npy(String source, String name, byte[] content) throws InputException {
    try {
      return read(source, name, new ByteArrayInputStream(content));
    } catch (IOException e) {
      throw broken(source, e);
    }
  }

  /** Returns the arrays of a file by their names. */
  static List<NamedTensor> npz(String source, byte[] content) throws InputException {
    List<NamedTensor> arrays = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String file = entry.getName();
        if (!file.endsWith(EXTENSION)) {
          throw new InputException("%s: holds %s, which is no array".formatted(source, file));
        }
        String name = file.substring(0, file.length() - EXTENSION.length());
        arrays.add(read(source + ", " + name, name, zip));
      }
    } catch (IOException e) {
      throw broken(source, e);
    }
    if (arrays.isEmpty()) {
      throw new InputException(source + ": no arrays in it");
    }
    return arrays;
  }

  private static InputException broken(String source, IOException failure) {
    return new InputException("%s: is broken: %s".formatted(source, failure.getMessage()));
  }

  private static NamedTensor read(String source, String name, InputStream in)
      throws IOException, InputException {
    NpyHeader header = NpyHeader.read(source, in);
    ElementType type = type(source, header.type());
    long count = count(header);
    if (count < 0 || count * Math.max(1, type.width()) > MOST_BYTES) {
      throw new InputException(
          "%s: an array of the shape %s and %s, more than %d bytes"
              .formatted(source, header.shape(), header.type(), MOST_BYTES));
    }
    long size = count * type.width();
    byte[] elements = in.readNBytes((int) size);
    if (elements.length < size) {
      throw new EOFException("%d bytes of elements, expected %d".formatted(elements.length, size));
    }
    ByteBuffer bytes = ByteBuffer.wrap(elements).order(type.order());
    return new NamedTensor(
        name, type.dtype(), header.shape(), values(source, header, type, bytes, (int) count));
  }

  /** Returns the number of elements; -1 if there are too many. */
  private static long count(NpyHeader header) {
    long count = 1;
    for (int size : header.shape()) {
      count *= size;
      if (count > MOST_BYTES) {
        return -1;
      }
    }
    return count;
  }

  private static ElementType type(String source, String text) throws InputException {
    Matcher parts = TYPE.matcher(text);
    if (parts.matches()) {
      char code = parts.group(2).charAt(0);
      int number = parts.group(3).isEmpty() ? 1 : Integer.parseInt(parts.group(3));
      DataType dtype = dtype(code, number);
      if (dtype != DataType.DT_INVALID) {
        long width = code == 'U' ? 4L * number : number;
        return new ElementType(
            dtype,
            code,
            (int) Math.min(width, Integer.MAX_VALUE),
            parts.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw new InputException(
        "%s: holds '%s'%s; expected numbers, bools or strings"
            .formatted(source, text, text.contains("O") ? ", Python objects" : ""));
  }

  private static DataType dtype(char code, int width) {
    return switch (code + (code == 'U' || code == 'S' ? "" : String.valueOf(width))) {
      case "b1" -> DataType.DT_BOOL;
      case "i1" -> DataType.DT_INT8;
      case "i2" -> DataType.DT_INT16;
      case "i4" -> DataType.DT_INT32;
      case "i8" -> DataType.DT_INT64;
      case "u1" -> DataType.DT_UINT8;
      case "u2" -> DataType.DT_UINT16;
      case "u4" -> DataType.DT_UINT32;
      case "u8" -> DataType.DT_UINT64;
      case "f2" -> DataType.DT_HALF;
      case "f4" -> DataType.DT_FLOAT;
      case "f8" -> DataType.DT_DOUBLE;
      case "U", "S" -> DataType.DT_STRING;
      default -> DataType.DT_INVALID;
    };
  }

  private static Values values(
      String source, NpyHeader header, ElementType type, ByteBuffer bytes, int count)
      throws InputException {
    DataKind kind = DataKind.of(type.dtype());
    ValuesBuilder values = new ValuesBuilder(kind, count);
    ElementOrder order = new ElementOrder(header.shape(), header.fortran());
    for (int i = 0; i < count; i++) {
      int at = order.next() * type.width();
      switch (kind) {
        case REAL -> values.putReal(i, real(bytes, type.dtype(), at));
        case INTEGER -> values.putInteger(i, integer(bytes, type.dtype(), at));
        case BOOLEAN -> values.putBoolean(i, bytes.get(at) != 0);
        default ->
            values.putText(
                i, type.code() == 'S' ? octets(bytes, type, at) : text(source, bytes, type, at));
      }
    }
    return values.build();
  }

  private static double real(ByteBuffer bytes, DataType dtype, int at) {
    return switch (dtype) {
      case DT_FLOAT -> bytes.getFloat(at);
      case DT_DOUBLE -> bytes.getDouble(at);
      default -> Float.float16ToFloat(bytes.getShort(at));
    };
  }

  private static long integer(ByteBuffer bytes, DataType dtype, int at) {
    return switch (dtype) {
      case DT_INT8 -> bytes.get(at);
      case DT_UINT8 -> Byte.toUnsignedLong(bytes.get(at));
      case DT_INT16 -> bytes.getShort(at);
      case DT_UINT16 -> Short.toUnsignedLong(bytes.getShort(at));
      case DT_INT32 -> bytes.getInt(at);
      case DT_UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
      default -> bytes.getLong(at);
    };
  }

  /** Shorter strings are filled up with zero bytes. */
  private static ByteString octets(ByteBuffer bytes, ElementType type, int at) {
    int length = type.width();
    while (length > 0 && bytes.get(at + length - 1) == 0) {
      length--;
    }
    return ByteString.copyFrom(bytes.slice(at, length));
  }

  private static ByteString text(String source, ByteBuffer bytes, ElementType type, int at)
      throws InputException {
    StringBuilder text = new StringBuilder();
    int length = type.width() / Integer.BYTES;
    while (length > 0 && bytes.getInt(at + (length - 1) * Integer.BYTES) == 0) {
      length--;
    }
    for (int i = 0; i < length; i++) {
      int letter = bytes.getInt(at + i * Integer.BYTES);
      if (!Character.isValidCodePoint(letter)) {
        throw new InputException(
            "%s: a string with %08x, which is no character".formatted(source, letter));
      }
      text.appendCodePoint(letter);
    }
    return ByteString.copyFromUtf8(text.toString());
  }
}
