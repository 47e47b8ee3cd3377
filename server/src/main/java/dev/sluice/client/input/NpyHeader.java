package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before the elements in a file of NumPy's format, versions 1 to 3.
 *
 * @param type the dtype as NumPy writes it: byte order, kind, width
 * @param fortran true if the first index runs fastest
 */
record NpyHeader(String type, boolean fortran, List<Integer> shape) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy's own limit is 10,000. */
  private static final int LONGEST = 1 << 16;

  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");

  /** Python 2 wrote long numbers with an L. */
  private static final Pattern DIMENSION = Pattern.compile("(\\d{1,10})L?");

  /**
   * Reads up to the first element.
   *
   * @throws InputException if this is no such file, or one of Python objects
   */
  static NpyHeader read(String source, InputStream in) throws IOException, InputException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length < MAGIC.length + 2
        || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new InputException(source + ": no file of NumPy's format (.npy)");
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3) {
      throw new InputException(
          "%s: version %d of NumPy's format; expected 1 to 3".formatted(source, version));
    }
    long length = littleEndian(in.readNBytes(version == 1 ? 2 : 4));
    if (length > LONGEST) {
      throw new InputException("%s: a header of %d bytes".formatted(source, length));
    }
    byte[] text = in.readNBytes((int) length);
    if (text.length < length) {
      throw new EOFException("ends within its header");
    }
    return parse(source, new String(text, StandardCharsets.UTF_8));
  }

  private static long littleEndian(byte[] bytes) {
    long value = 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
    }
    return value;
  }

  private static NpyHeader parse(String source, String text) throws InputException {
    Matcher descr = DESCR.matcher(text);
    if (!descr.find()) {
      throw new InputException(
          source + ": holds records of several fields; expected numbers, bools or strings");
    }
    Matcher order = ORDER.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!order.find() || !shape.find()) {
      throw new InputException(source + ": its header has no shape or no order");
    }
    return new NpyHeader(
        descr.group(1), order.group(1).equals("True"), dimensions(source, shape.group(1)));
  }

  private static List<Integer> dimensions(String source, String text) throws InputException {
    List<Integer> dimensions = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        continue; // behind the last one of (3,)
      }
      Matcher number = DIMENSION.matcher(part.strip());
      long size = number.matches() ? Long.parseLong(number.group(1)) : -1;
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw new InputException("%s: the dimension %s".formatted(source, part.strip()));
      }
      dimensions.add((int) size);
    }
    return dimensions;
  }
}
