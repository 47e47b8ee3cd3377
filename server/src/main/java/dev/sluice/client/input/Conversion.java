package dev.sluice.client.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.Indices;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.Values;
import dev.sluice.client.tensor.ValuesBuilder;
import dev.sluice.client.tensor.WholeNumbers;
import dev.sluice.protos.tensorflow.DataType;
import java.math.BigDecimal;
import java.util.List;

/** Makes an array's elements those of the dtype that a model takes, where none is changed. */
final class Conversion {
  private final String source;
  private final NamedTensor array;
  private final DataType wanted;

  private Conversion(String source, NamedTensor array, DataType wanted) {
    this.source = source;
    this.array = array;
    this.wanted = wanted;
  }

  /**
   * Returns the array with another dtype; as it is if none is declared.
   *
   * @throws InputException if an element has no such value: 1.5 is no integer, a string no number
   */
  static NamedTensor of(String source, NamedTensor array, DataType wanted) throws InputException {
    if (array.dtype() == wanted || wanted == DataType.DT_INVALID) {
      return array;
    }
    Values values = new Conversion(source, array, wanted).values();
    return new NamedTensor(array.name(), wanted, array.shape(), values);
  }

  private Values values() throws InputException {
    DataKind from = DataKind.of(array.dtype());
    DataKind to = DataKind.of(wanted);
    boolean numbers = to == DataKind.REAL || to == DataKind.INTEGER;
    boolean fromNumbers = from != DataKind.TEXT && from != DataKind.OTHER;
    if (to == from && to != DataKind.INTEGER) {
      return array.values();
    }
    if (!numbers || !fromNumbers) {
      throw new InputException(
          "%s: expected %s, found %s"
              .formatted(
                  source, TensorSpec.dtypeText(wanted), TensorSpec.dtypeText(array.dtype())));
    }
    ValuesBuilder values = new ValuesBuilder(to, array.values().count());
    for (int i = 0; i < array.values().count(); i++) {
      if (to == DataKind.REAL) {
        values.putReal(i, number(i).doubleValue());
      } else {
        values.putInteger(i, whole(i));
      }
    }
    return values.build();
  }

  private long whole(int at) throws InputException {
    try {
      return WholeNumbers.of(number(at), wanted);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new InputException(
          "%s, element %s: expected %s, found %s"
              .formatted(
                  source, Indices.of(array.shape(), at), TensorSpec.dtypeText(wanted), text(at)));
    }
  }

  private BigDecimal number(int at) {
    return switch (array.values()) {
      case Values.Reals(double[] elements) -> new BigDecimal(elements[at]);
      case Values.Integers(long[] elements) ->
          array.dtype() == DataType.DT_UINT64
              ? new BigDecimal(Long.toUnsignedString(elements[at]))
              : BigDecimal.valueOf(elements[at]);
      case Values.Booleans(boolean[] elements) -> elements[at] ? BigDecimal.ONE : BigDecimal.ZERO;
      case Values.Texts(List<ByteString> elements) ->
          throw new IllegalStateException(elements.size() + " strings are no numbers");
    };
  }

  private String text(int at) {
    return array.values() instanceof Values.Reals(double[] elements)
        ? String.valueOf(elements[at])
        : number(at).toPlainString();
  }
}
