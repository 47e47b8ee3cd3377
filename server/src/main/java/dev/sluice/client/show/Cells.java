package dev.sluice.client.show;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.Collectors;

/** Elements of a tensor as short text. */
final class Cells {
  private static final int MOST_ELEMENTS = 6;
  private static final int FIRST_ELEMENTS = 3;
  private static final int LAST_ELEMENTS = 2;
  private static final MathContext DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);
  private static final int LARGEST_PLAIN = 7;
  private static final int SMALLEST_PLAIN = -5;

  private final String ellipsis;

  Cells(String ellipsis) {
    this.ellipsis = ellipsis;
  }

  /**
   * Returns a part of a tensor: one element, or a list with only its ends if it is long.
   *
   * @param shape the part's
   * @param from where it begins
   */
  String part(NamedTensor tensor, List<Integer> shape, int from) {
    int count = NamedTensor.elements(shape);
    if (shape.isEmpty()) {
      return element(tensor, from, false);
    }
    StringBuilder list = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      if (count > MOST_ELEMENTS && i == FIRST_ELEMENTS) {
        list.append(", ").append(ellipsis);
        i = count - LAST_ELEMENTS;
      }
      list.append(i == 0 ? "" : ", ").append(element(tensor, from + i, true));
    }
    list.append(']');
    if (count > MOST_ELEMENTS || shape.size() > 1) {
      list.append(
          shape.stream().map(String::valueOf).collect(Collectors.joining(" x ", " (", ")")));
    }
    return list.toString();
  }

  /** Returns one element. */
  static String element(NamedTensor tensor, int at, boolean inList) {
    return switch (tensor.values()) {
      case Values.Reals(double[] elements) -> real(elements[at]);
      case Values.Integers(long[] elements) ->
          tensor.dtype() == DataType.DT_UINT64
              ? Long.toUnsignedString(elements[at])
              : Long.toString(elements[at]);
      case Values.Booleans(boolean[] elements) -> Boolean.toString(elements[at]);
      case Values.Texts(List<ByteString> elements) -> SafeText.value(elements.get(at), inList);
    };
  }

  /** Returns a number with six digits at most. */
  static String real(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return "0.0";
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= SMALLEST_PLAIN && exponent < LARGEST_PLAIN) {
      return rounded.scale() <= 0 ? rounded.toPlainString() + ".0" : rounded.toPlainString();
    }
    return rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
  }
}
