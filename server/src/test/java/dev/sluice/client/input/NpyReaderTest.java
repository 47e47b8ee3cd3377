package dev.sluice.client.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files were written by NumPy 2. */
final class NpyReaderTest {
  private static NamedTensor read(String file) throws IOException, InputException {
    return NpyReader.npy(file, "x", Specs.file(file));
  }

  private static String refusal(byte[] content) {
    return String.valueOf(
        assertThrows(InputException.class, () -> NpyReader.npy("x.npy", "x", content))
            .getMessage());
  }

  private static byte[] array(String header, int elementBytes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.write(header.length() & 0xff);
    bytes.write(header.length() >> 8);
    bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(new byte[elementBytes]);
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f4_c.npy", "f4_fortran.npy", "f8_big.npy"})
  void ordersOfBytesAndIndicesDoNotMatter(String file) throws Exception {
    NamedTensor tensor = read(file);
    assertEquals(List.of(2, 3), tensor.shape());
    assertEquals(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0), Specs.reals(tensor));
  }

  @Test
  void numbersOfAllKinds() throws Exception {
    assertEquals(List.of(-1L, 2L, 300L), Specs.integers(read("i2_big.npy")));
    assertEquals(DataType.DT_INT16, read("i2_big.npy").dtype());
    assertEquals(List.of(-1L, 1L), Specs.integers(read("u8.npy")), "the bits of 2^64 - 1");
    assertEquals(List.of(0.5, -2.0), Specs.reals(read("f2.npy")));
    assertEquals(List.of(4.5), Specs.reals(read("scalar.npy")));
    assertEquals(List.of(), read("scalar.npy").shape());
    boolean[] truths = ((Values.Booleans) read("bool.npy").values()).elements();
    assertTrue(truths[0] && !truths[1]);
  }

  @Test
  void stringsOfBothKinds() throws Exception {
    assertEquals(List.of("naïve 🎸", "", "b"), Specs.texts(read("unicode.npy")));
    assertEquals(
        List.of(ByteString.copyFromUtf8("ab"), ByteString.copyFrom(new byte[] {(byte) 0xff})),
        ((Values.Texts) read("bytes.npy").values()).elements());
  }

  @ParameterizedTest
  @ValueSource(strings = {"two.npz", "two_compressed.npz"})
  void severalArraysHaveNames(String file) throws Exception {
    List<NamedTensor> arrays = NpyReader.npz(file, Specs.file(file));
    assertEquals(List.of("a", "b"), arrays.stream().map(NamedTensor::name).toList());
    assertEquals(List.of(2, 3), arrays.getFirst().shape());
    assertEquals(List.of("x", "y"), Specs.texts(arrays.getLast()));
  }

  @Test
  void whatIsNoNumberIsRefusedByItsType() throws Exception {
    assertEquals(
        "x.npy: holds '|O', Python objects; expected numbers, bools or strings",
        refusal(Specs.file("objects.npy")));
    assertEquals(
        "x.npy: holds '<c16'; expected numbers, bools or strings",
        refusal(Specs.file("complex.npy")));
    assertTrue(
        refusal(array("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4))
            .contains("several fields"));
  }

  @Test
  void aHugeShapeTakesNoMemory() {
    assertTrue(
        refusal(array("{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,), }", 8))
            .contains("more than"));
    assertTrue(
        refusal(
                array(
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999, 99999), }",
                    8))
            .contains("more than"));
    assertTrue(
        refusal(array("{'descr': '<U999999999', 'fortran_order': False, 'shape': (9,), }", 8))
            .contains("more than"));
    assertEquals(
        "x.npy: is broken: 8 bytes of elements, expected 400000000",
        refusal(array("{'descr': '<f4', 'fortran_order': False, 'shape': (100000000,), }", 8)));
  }

  @Test
  void anEmptyArrayHasNoElements() throws Exception {
    byte[] none = array("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 3), }", 0);
    assertEquals(List.of(0, 3), NpyReader.npy("x", "x", none).shape());
  }

  @Test
  void aCharacterThatIsNoneIsRefused() {
    byte[] content = array("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", 4);
    Arrays.fill(content, content.length - 4, content.length, (byte) 0x7f);
    assertEquals("x.npy: a string with 7f7f7f7f, which is no character", refusal(content));
  }

  @Test
  void anArchiveOfSomethingElseIsRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("../../etc/passwd"));
    }
    for (byte[] content : List.of(bytes.toByteArray(), new byte[] {'P', 'K', 3, 4, 5})) {
      assertThrows(InputException.class, () -> NpyReader.npz("x.npz", content));
    }
  }

  /** Any damage is refused with a message, or read as other values; nothing else is thrown. */
  @Test
  void damagedFilesAreRefused() throws Exception {
    long seed = 20261126;
    Random random = new Random(seed);
    byte[] whole = Specs.file("unicode.npy");
    byte[] archive = Specs.file("two_compressed.npz");
    for (int i = 0; i < 2000; i++) {
      byte[] npy = damaged(whole, random);
      byte[] npz = damaged(archive, random);
      try {
        var _ = NpyReader.npy("x", "x", npy);
        var _ = NpyReader.npz("x", npz);
      } catch (InputException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith("x"), "seed " + seed);
      }
    }
  }

  private static byte[] damaged(byte[] content, Random random) {
    byte[] damaged = Arrays.copyOf(content, content.length - random.nextInt(content.length / 2));
    for (int i = random.nextInt(4); i > 0; i--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  @Test
  void elementsBecomeWhatTheModelTakes() throws Exception {
    assertEquals(
        List.of(0L, 1L, 2L, 3L, 4L, 5L),
        Specs.integers(Conversion.of("x.npy", read("f8_big.npy"), DataType.DT_INT32)));
    assertEquals(
        List.of(1.8446744073709552E19, 1.0),
        Specs.reals(Conversion.of("x.npy", read("u8.npy"), DataType.DT_DOUBLE)));
    assertEquals(
        "x.npy, element [1]: expected int8, found 300",
        assertThrows(
                InputException.class,
                () -> Conversion.of("x.npy", NpyReader.npy("x", "x", array300()), DataType.DT_INT8))
            .getMessage());
    assertEquals(
        "x.npy: expected float32, found string",
        assertThrows(
                InputException.class,
                () -> Conversion.of("x.npy", read("unicode.npy"), DataType.DT_FLOAT))
            .getMessage());
  }

  private static byte[] array300() {
    byte[] content = array("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", 4);
    content[content.length - 2] = 44;
    content[content.length - 1] = 1;
    return content;
  }
}
