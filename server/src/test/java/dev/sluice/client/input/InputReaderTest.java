package dev.sluice.client.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorJson;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InputReaderTest {
  private static final SignatureDef SHOP =
      Specs.signature()
          .putInputs("user", Specs.info(DataType.DT_INT64, -1))
          .putInputs("items", Specs.info(DataType.DT_INT64, -1, -1))
          .putInputs("country", Specs.info(DataType.DT_STRING, -1))
          .putInputs("limit", Specs.info(DataType.DT_INT32))
          .putDefaults("limit", TensorProto.getDefaultInstance())
          .build();

  @TempDir private Path folder;

  private static SignatureDef one(DataType dtype, long... dims) {
    return Specs.signature().putInputs("x", Specs.info(dtype, dims)).build();
  }

  private static List<NamedTensor> read(
      SignatureDef signature, Optional<InputFormat> format, String stdin, String... arguments)
      throws InputException {
    return new InputReader(
            "serving_default",
            signature,
            new InputSettings(format, PixelScale.BYTES),
            new SourceFiles(new ByteArrayInputStream(stdin.getBytes(UTF_8))))
        .read(List.of(arguments));
  }

  /** Returns the body that is sent. */
  private static String body(SignatureDef signature, String... arguments) throws InputException {
    return TensorJson.columnRequest("", read(signature, Optional.empty(), "", arguments));
  }

  private static String refusal(SignatureDef signature, String... arguments) {
    return String.valueOf(
        assertThrows(InputException.class, () -> body(signature, arguments)).getMessage());
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  @Test
  void valuesOfTheCommandLineTakeTheDeclaredShape() throws Exception {
    assertEquals(
        "{\"inputs\":{\"user\":[42],\"items\":[[1,2,3]],\"country\":[\"D, E\"]}}",
        body(SHOP, "user=42", "items=1,2,3", "country=D, E"));
    assertEquals("{\"inputs\":{\"x\":[1.0,2.0]}}", body(one(DataType.DT_FLOAT, -1), "1,2"));
    assertEquals("{\"inputs\":{\"x\":7}}", body(one(DataType.DT_INT32), "7"));
    assertEquals(
        "{\"inputs\":{\"x\":[[1.0,2.0],[3.0,4.0]]}}",
        body(one(DataType.DT_FLOAT, -1, 2), "1 2 3 4"));
    assertEquals("{\"inputs\":{\"x\":[-5]}}", body(one(DataType.DT_INT32, -1), "-5"));
  }

  @Test
  void jsonListsAreValuesToo() throws Exception {
    assertEquals(
        "{\"inputs\":{\"user\":[1,2],\"items\":[[1],[2]],\"country\":[\"DE\",\"JP\"]}}",
        body(SHOP, "user=[1,2]", "items=[[1],[2]]", "country=[\"DE\",\"JP\"]"));
  }

  @Test
  void requestsListsAndColumnsAreReadFromJson() throws Exception {
    SignatureDef two = one(DataType.DT_FLOAT, -1, 2);
    String sent = "{\"inputs\":{\"x\":[[1.0,2.0]]}}";
    assertEquals(sent, body(two, file("a.json", "{\"instances\":[[1,2]]}")));
    assertEquals(sent, body(two, file("b.json", "[{\"x\":[1,2]}]")));
    assertEquals(sent, body(two, file("c.json", "{\"x\":[[1,2]]}")));
    assertEquals(sent, body(two, "x=" + file("d.json", "[[1,2]]")));
  }

  @Test
  void mistakesInJsonSayWhere() throws Exception {
    SignatureDef two = one(DataType.DT_INT32, -1, 2);
    String bad = file("bad.json", "[[1,2],[3,\"four\"]]");
    assertEquals(bad + ": x[1, 1]: \"four\" is no DT_INT32", refusal(two, bad));
    String other = file("other.json", "{\"y\":[1]}");
    assertEquals(other + ": no input y in the signature, which has x", refusal(two, other));
    String signature = file("sig.json", "{\"signature_name\":\"s\",\"instances\":[[1,2]]}");
    assertEquals(
        signature + ": is for the signature s: add --signature=s", refusal(two, signature));
    String broken = file("broken.json", "{\"instances\":");
    assertEquals(true, refusal(two, broken).startsWith(broken + ": not JSON: "));
  }

  @Test
  void standardInputIsWhatItLooksLike() throws Exception {
    SignatureDef two = one(DataType.DT_FLOAT, -1, 2);
    for (String stdin : List.of("[[1,2]]", "1,2\n", " {\"x\": [[1, 2]]}")) {
      assertEquals(
          List.of(1.0, 2.0),
          Specs.reals(read(two, Optional.empty(), stdin, "-").getFirst()),
          stdin);
    }
    assertEquals(
        List.of(1.0, 2.0),
        Specs.reals(read(two, Optional.of(InputFormat.TSV), "1\t2\n", "x=-").getFirst()));
  }

  @Test
  void linesAreStrings() throws Exception {
    SignatureDef text = one(DataType.DT_STRING, -1);
    assertEquals(
        "{\"inputs\":{\"x\":[\"one\",\"\",\"three, four\"]}}",
        body(text, file("t.txt", "one\n\nthree, four\n")));
    assertEquals("{\"inputs\":{\"x\":[\"a plain text\"]}}", body(text, "a plain text"));
    assertEquals("{\"inputs\":{\"x\":[\"a=b\"]}}", body(text, "x=a=b"));
  }

  @Test
  void arraysWithoutTheBatchAreOneRow() throws Exception {
    Path array = folder.resolve("row.npy");
    Files.write(array, Specs.file("f4_c.npy"));
    assertEquals(
        "{\"inputs\":{\"x\":[[[0.0,1.0,2.0],[3.0,4.0,5.0]]]}}",
        body(one(DataType.DT_FLOAT, -1, 2, 3), array.toString()));
    assertEquals(
        "the input x: expected the shape [?, 7], found [2, 3]",
        refusal(one(DataType.DT_FLOAT, -1, 7), array.toString()));
  }

  @Test
  void filesForOneInputFollowEachOther() throws Exception {
    String rows = file("r.csv", "1,2\n3,4\n");
    assertEquals(
        "{\"inputs\":{\"x\":[[1.0,2.0],[3.0,4.0],[1.0,2.0],[3.0,4.0]]}}",
        body(one(DataType.DT_FLOAT, -1, 2), rows, rows));
  }

  @Test
  void whatIsMissingOrUnknownIsNamed() {
    assertEquals(
        "nothing for the inputs country, items; the model takes country (string [?]), items"
            + " (int64 [?, ?]), limit (int32 []), user (int64 [?])",
        refusal(SHOP, "user=1"));
    assertEquals(
        "the model has no input usr; it takes x (int32 [?])",
        refusal(one(DataType.DT_INT32, -1), "usr=1"));
    assertEquals(true, refusal(SHOP, "1").startsWith("--input=1: for which input? Write NAME=1;"));
    assertEquals(
        "--input=no.csv: there is no such file", refusal(one(DataType.DT_INT32, -1), "no.csv"));
    assertEquals(
        "--input=x: expected int32, found 'one'", refusal(one(DataType.DT_INT32, -1), "one"));
    assertEquals(
        "--input=x: expected float32 [?, 13], found 2 values",
        refusal(one(DataType.DT_FLOAT, -1, 13), "1,2"));
  }

  @Test
  void textInAnotherCharacterSetIsRefused() throws Exception {
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, new byte[] {'a', '\n', (byte) 0xe4});
    assertEquals(
        latin + ": expected text in UTF-8, found other bytes",
        refusal(one(DataType.DT_STRING, -1), latin.toString()));
  }
}
