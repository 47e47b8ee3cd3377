package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GraphReaderTest {
  private static final int LARGER_THAN_A_CHUNK = 200_000;

  @TempDir private Path directory;

  private GraphOutline read(byte[] model) throws IOException {
    return GraphReader.read(Files.write(directory.resolve("model.onnx"), model));
  }

  private static byte[] field(int number, byte[]... contents) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    for (byte[] content : contents) {
      inner.writeBytes(content);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, number << 3 | WireReader.DELIMITED);
    varint(out, inner.size());
    out.writeBytes(inner.toByteArray());
    return out.toByteArray();
  }

  private static byte[] text(int number, String text) {
    return field(number, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] number(int number, long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, number << 3 | WireReader.VARINT);
    varint(out, value);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static byte[] reshape(String shape) {
    return field(1, text(1, "x"), text(1, shape), text(2, "y"), text(4, "Reshape"), text(7, ""));
  }

  private static byte[] weights(String name) {
    return field(5, number(2, 1), field(9, new byte[LARGER_THAN_A_CHUNK]), text(8, name));
  }

  @Test
  void weightsAreSkippedAndTheirNamesAreKnown() throws IOException {
    byte[] cast = field(1, text(1, "x"), text(2, "i"), text(4, "Cast"));
    byte[] graph = field(7, cast, reshape("w"), weights("v"), weights("w"), text(2, "graph"));
    byte[] model = field(99, number(1, -1), graph);
    assertTrue(read(graph).isShapeBound(List.of()));
    assertTrue(read(model).isShapeBound(List.of()), "no graph at all");
    graph = field(7, cast, reshape("i"), weights("v"), weights("w"));
    assertFalse(read(graph).isShapeBound(List.of()));
  }

  @Test
  void functionsAreSeen() throws IOException {
    assertFalse(read(field(25, text(1, "mine"))).isShapeBound(List.of()));
  }

  @Test
  void whatEndsEarlyOrIsNoModelIsAnError() throws IOException {
    byte[] whole = field(7, weights("v"), reshape("w"), weights("w"));
    for (int length : new int[] {1, 2, 100, LARGER_THAN_A_CHUNK + 50, whole.length - 1}) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThrows(IOException.class, () -> read(part), () -> "length " + length);
    }
    for (byte[] wrong :
        List.of(
            new byte[] {7},
            new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
            // A graph of 2^63 bytes, and one whose node goes on beyond it.
            new byte[] {58, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
            new byte[] {58, 3, 10, 4, 1, 1, 1, 1})) {
      assertThrows(IOException.class, () -> read(wrong));
    }
  }
}
