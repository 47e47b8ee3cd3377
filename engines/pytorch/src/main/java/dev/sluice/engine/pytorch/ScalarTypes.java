package dev.sluice.engine.pytorch;

import dev.sluice.tensor.DataType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The element types that tensors of libtorch can have, by its numbers (c10/core/ScalarType.h). */
final class ScalarTypes {
  private static final Map<DataType, Integer> NUMBERS = new EnumMap<>(DataType.class);
  private static final @Nullable DataType[] BY_NUMBER = new @Nullable DataType[30];

  static {
    put(DataType.UINT8, 0);
    put(DataType.INT8, 1);
    put(DataType.INT16, 2);
    put(DataType.INT32, 3);
    put(DataType.INT64, 4);
    put(DataType.HALF, 5);
    put(DataType.FLOAT, 6);
    put(DataType.DOUBLE, 7);
    put(DataType.COMPLEX64, 9);
    put(DataType.COMPLEX128, 10);
    put(DataType.BOOL, 11);
    put(DataType.BFLOAT16, 15);
    put(DataType.FLOAT8_E5M2, 23);
    put(DataType.FLOAT8_E4M3FN, 24);
    put(DataType.FLOAT8_E5M2FNUZ, 25);
    put(DataType.FLOAT8_E4M3FNUZ, 26);
    put(DataType.UINT16, 27);
    put(DataType.UINT32, 28);
    put(DataType.UINT64, 29);
  }

  private ScalarTypes() {}

  private static void put(DataType type, int number) {
    NUMBERS.put(type, number);
    BY_NUMBER[number] = type;
  }

  /** Returns libtorch's number, or -1 if its tensors cannot have the type. */
  static int number(DataType type) {
    return NUMBERS.getOrDefault(type, -1);
  }

  /** Returns the type with a number of libtorch, or null if the core does not know it. */
  static @Nullable DataType type(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /** Returns true if elements have two parts. */
  static boolean isComplex(DataType type) {
    return type == DataType.COMPLEX64 || type == DataType.COMPLEX128;
  }

  /** Returns the names of all types that tensors can have, for messages. */
  static String names() {
    return Arrays.stream(DataType.values())
        .filter(NUMBERS::containsKey)
        .map(DataType::label)
        .collect(Collectors.joining(", "));
  }
}
