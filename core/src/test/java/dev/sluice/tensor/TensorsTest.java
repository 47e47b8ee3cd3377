package dev.sluice.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TensorsTest {
  @Test
  void nativeMemoryIsAlignedAndSized() {
    try (Tensor tensor = new NativeTensors().allocate(DataType.INT8, Shape.of(3), 3)) {
      assertEquals(0, tensor.data().address() % 64);
      assertEquals(3, tensor.data().byteSize());
    }
  }

  @Test
  void emptyTensorHasNoBytes() {
    try (Tensor tensor = new NativeTensors().allocate(DataType.FLOAT, Shape.of(0, 4), 0)) {
      assertEquals(0, tensor.data().byteSize());
    }
  }

  @Test
  void stringsKeepTheirBytes() {
    List<byte[]> elements = List.of("a".getBytes(UTF_8), new byte[0], "žluť".getBytes(UTF_8));
    try (Tensor tensor = StringTensors.create(new NativeTensors(), Shape.of(3), elements)) {
      assertEquals("a", StringTensors.text(tensor, 0));
      assertEquals("", StringTensors.text(tensor, 1));
      assertEquals("žluť", StringTensors.text(tensor, 2));
    }
  }

  @Test
  void shapeCountsElements() {
    assertEquals(1, Shape.scalar().elements());
    assertEquals(6, Shape.of(2, 3).elements());
    assertEquals(0, Shape.of(Long.MAX_VALUE, 0, Long.MAX_VALUE).elements());
    assertThrows(ArithmeticException.class, () -> Shape.of(1L << 40, 1L << 40).elements());
    assertThrows(ArithmeticException.class, () -> Shape.of(-1).elements());
    assertThrows(ArithmeticException.class, Shape.unknownRank()::elements);
  }

  @Test
  void shapePrintsLikeTensorFlow() {
    assertEquals("[]", Shape.scalar().toString());
    assertEquals("[?,3]", Shape.of(-1, 3).toString());
    assertEquals("<unknown>", Shape.unknownRank().toString());
  }

  @Test
  void numbersOfTypesAreTensorFlows() {
    assertEquals(DataType.FLOAT, DataType.ofNumber(1));
    assertEquals(DataType.FLOAT4_E2M1FN, DataType.ofNumber(33));
    assertNull(DataType.ofNumber(0));
    assertNull(DataType.ofNumber(101));
    assertNull(DataType.ofNumber(-1));
  }
}
