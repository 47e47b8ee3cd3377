package dev.sluice.api.tfs.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ValueTypesTest {
  private static final Signature ONE = JsonTestSupport.signature(undeclared("x"));
  private static final Signature TWO =
      JsonTestSupport.signature(undeclared("ids"), undeclared("dense"));

  private static TensorSpec undeclared(String name) {
    return new TensorSpec(name, null, false, Shape.unknownRank(), name);
  }

  private static void assertTypes(String json, Signature signature, DataType... expected)
      throws ServingException {
    Signature typed = ValueTypes.complete(signature, JsonTestSupport.scan(json));
    assertEquals(
        Arrays.asList(expected), typed.inputs().stream().map(TensorSpec::dtype).toList(), json);
  }

  @Test
  void whatIsDeclaredStays() throws ServingException {
    Signature declared = JsonTestSupport.signature(DataType.DOUBLE);
    assertSame(declared, ValueTypes.complete(declared, JsonTestSupport.scan("{\"inputs\":1}")));
    Signature mixed =
        JsonTestSupport.signature(undeclared("a"), JsonTestSupport.spec("b", DataType.DOUBLE));
    assertTypes("{\"inputs\":{\"a\":1,\"b\":1}}", mixed, DataType.INT64, DataType.DOUBLE);
  }

  @Test
  void onePointInAnyRowMakesFloats() throws ServingException {
    for (String rows : List.of("[1,2]", "[[1,2],[3,4]]", "[-7]")) {
      assertTypes("{\"instances\":" + rows + "}", ONE, DataType.INT64);
      assertTypes("{\"inputs\":" + rows + "}", ONE, DataType.INT64);
    }
    for (String rows : List.of("[1,2.0]", "[[1,2],[3,4e0]]", "[1,Infinity]", "[1,NaN]")) {
      assertTypes("{\"instances\":" + rows + "}", ONE, DataType.FLOAT);
      assertTypes("{\"inputs\":" + rows + "}", ONE, DataType.FLOAT);
    }
  }

  @Test
  void textsAndTruthValuesAreWhatTheyAre() throws ServingException {
    assertTypes("{\"instances\":[\"1.5\"]}", ONE, DataType.STRING);
    assertTypes("{\"instances\":[{\"b64\":\"AA==\"}]}", ONE, DataType.STRING);
    assertTypes("{\"instances\":[[true,false]]}", ONE, DataType.BOOL);
  }

  @Test
  void eachInputHasItsOwn() throws ServingException {
    // Sorted by name: dense, ids.
    assertTypes(
        "{\"instances\":[{\"ids\":1,\"dense\":[1]},{\"other\":0.5,\"dense\":[0.5],\"ids\":2}]}",
        TWO,
        DataType.FLOAT,
        DataType.INT64);
    assertTypes(
        "{\"inputs\":{\"dense\":[[1.5]],\"ids\":[1]}}", TWO, DataType.FLOAT, DataType.INT64);
  }

  @Test
  void whatIsMissingOrOutOfPlaceBreaksNothing() throws ServingException {
    for (String json :
        List.of("{}", "{\"instances\":1}", "{\"instances\":[{},3,\"x\",[]]}", "{\"inputs\":{}}")) {
      assertTypes(json, TWO, DataType.FLOAT, DataType.FLOAT);
    }
  }
}
