package dev.sluice.client.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.UndeclaredType;
import dev.sluice.client.tensor.Values;
import dev.sluice.client.tensor.ValuesBuilder;
import dev.sluice.client.tensor.WholeNumbers;
import dev.sluice.protos.tensorflow.DataType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** Elements written as text, made into values of a dtype. */
final class TextValues {
  private static final int LONGEST_SHOWN = 40;

  private TextValues() {}

  /**
   * Returns the tensor of texts.
   *
   * @param spec the input that it is for; one without a dtype gets that of the texts
   * @param place says where the text of an index stands
   * @throws InputException if a text is none of the dtype
   */
  static NamedTensor tensor(
      TensorSpec spec, List<Integer> shape, List<String> texts, IntFunction<String> place)
      throws InputException {
    DataType dtype = UndeclaredType.ofTexts(spec.dtype(), texts);
    return new NamedTensor(spec.name(), dtype, shape, of(texts, dtype, place));
  }

  /**
   * Returns the values of texts.
   *
   * @param place says where the text of an index stands
   * @throws InputException if a text is none of the dtype
   */
  static Values of(List<String> texts, DataType dtype, IntFunction<String> place)
      throws InputException {
    DataKind kind = DataKind.of(dtype);
    if (kind == DataKind.OTHER) {
      throw new InputException(
          "%s: expected %s, which cannot be written as text"
              .formatted(place.apply(0), TensorSpec.dtypeText(dtype)));
    }
    ValuesBuilder values = new ValuesBuilder(kind, texts.size());
    for (int i = 0; i < texts.size(); i++) {
      try {
        put(values, i, texts.get(i), kind, dtype);
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new InputException(
            "%s: expected %s, found %s"
                .formatted(place.apply(i), expected(dtype), found(texts.get(i))));
      }
    }
    return values.build();
  }

  private static void put(
      ValuesBuilder values, int at, String text, DataKind kind, DataType dtype) {
    switch (kind) {
      case REAL -> values.putReal(at, real(text.strip(), dtype));
      case INTEGER -> values.putInteger(at, WholeNumbers.of(new BigDecimal(text.strip()), dtype));
      case BOOLEAN -> values.putBoolean(at, truth(text.strip()));
      case TEXT -> values.putText(at, ByteString.copyFromUtf8(text));
      case OTHER -> throw new IllegalStateException("refused before");
    }
  }

  private static double real(String text, DataType dtype) {
    double special =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "nan", "-nan" -> Double.NaN;
          case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
          case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
          default -> 0;
        };
    if (special != 0) {
      return special;
    }
    // Double.parseDouble would take 1f, 0x1p3 and NaNd too; what is larger than the dtype can hold
    // is a mistake and not infinity.
    if (text.chars().anyMatch(letter -> "0123456789+-.eE".indexOf(letter) < 0)) {
      throw new NumberFormatException(text);
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(dtype == DataType.DT_DOUBLE ? value : (float) value)) {
      throw new ArithmeticException("too large");
    }
    return value;
  }

  private static boolean truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String expected(DataType dtype) {
    return dtype == DataType.DT_BOOL ? "true or false" : TensorSpec.dtypeText(dtype);
  }

  private static String found(String text) {
    if (text.isBlank()) {
      return "nothing";
    }
    return text.length() <= LONGEST_SHOWN
        ? "'" + text + "'"
        : "'" + text.substring(0, LONGEST_SHOWN) + "...'";
  }
}
