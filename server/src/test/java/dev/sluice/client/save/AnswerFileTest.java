package dev.sluice.client.save;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AnswerFileTest {
  private static final NamedTensor SCORES =
      new NamedTensor(
          "scores",
          DataType.DT_FLOAT,
          List.of(2, 3),
          new Values.Reals(new double[] {0, 1, 2, 3, 4, 5}));

  private static final NamedTensor NAMES =
      new NamedTensor(
          "name",
          DataType.DT_STRING,
          List.of(2),
          new Values.Texts(
              List.of(ByteString.copyFromUtf8("a,\"b\""), ByteString.copyFromUtf8("naïve 🎸"))));

  private static final NamedTensor LOSS =
      new NamedTensor("loss", DataType.DT_DOUBLE, List.of(), new Values.Reals(new double[] {0.1}));

  @TempDir private Path folder;

  private byte[] written(String name, NamedTensor... outputs) throws Exception {
    Path path = folder.resolve(name);
    AnswerFile.of(path).write(List.of(outputs));
    return Files.readAllBytes(path);
  }

  private static byte[] byNumpy(String name) throws IOException {
    try (InputStream in =
        AnswerFileTest.class.getResourceAsStream("/dev/sluice/client/input/" + name)) {
      if (in == null) {
        throw new IOException("no " + name);
      }
      return in.readAllBytes();
    }
  }

  @Test
  void csvHasAColumnForEachElement() throws Exception {
    assertEquals(
        """
        scores[0],scores[1],scores[2],name
        0.0,1.0,2.0,"a,""b""\"
        3.0,4.0,5.0,naïve 🎸
        """,
        new String(written("x.csv", SCORES, NAMES), UTF_8));
    assertThrows(InputException.class, () -> written("x.csv", SCORES, LOSS));
  }

  @Test
  void jsonHasAllOutputsByName() throws Exception {
    assertEquals(
        "{\"outputs\":{\"scores\":[[0.0,1.0,2.0],[3.0,4.0,5.0]],\"loss\":0.1}}\n",
        new String(written("x.JSON", SCORES, LOSS), UTF_8));
  }

  @Test
  void arraysAreThoseOfNumpyByteForByte() throws Exception {
    assertArrayEquals(byNumpy("f4_c.npy"), written("x.npy", SCORES));
    NamedTensor strings =
        new NamedTensor(
            "s",
            DataType.DT_STRING,
            List.of(3),
            new Values.Texts(
                List.of(
                    ByteString.copyFromUtf8("naïve 🎸"),
                    ByteString.EMPTY,
                    ByteString.copyFromUtf8("b"))));
    assertArrayEquals(byNumpy("unicode.npy"), written("s.npy", strings));
    NamedTensor truths =
        new NamedTensor(
            "b", DataType.DT_BOOL, List.of(2), new Values.Booleans(new boolean[] {true, false}));
    assertArrayEquals(byNumpy("bool.npy"), written("b.npy", truths));
    NamedTensor unsigned =
        new NamedTensor(
            "u", DataType.DT_UINT64, List.of(2), new Values.Integers(new long[] {-1, 1}));
    assertArrayEquals(byNumpy("u8.npy"), written("u.npy", unsigned));
    NamedTensor halves =
        new NamedTensor(
            "h", DataType.DT_HALF, List.of(2), new Values.Reals(new double[] {0.5, -2}));
    assertArrayEquals(byNumpy("f2.npy"), written("h.npy", halves));
  }

  @Test
  void anArchiveHasAnArrayForEachOutput() throws Exception {
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(written("x.npz", SCORES, LOSS)))) {
      assertEquals("scores.npy", zip.getNextEntry().getName());
      assertArrayEquals(byNumpy("f4_c.npy"), zip.readAllBytes());
      assertEquals("loss.npy", zip.getNextEntry().getName());
    }
  }

  @Test
  void oneArrayHoldsOneOutput() {
    assertTrue(
        String.valueOf(
                assertThrows(InputException.class, () -> written("x.npy", SCORES, LOSS))
                    .getMessage())
            .contains("holds one output, and there are scores, loss; choose with --outputs"));
  }
}
