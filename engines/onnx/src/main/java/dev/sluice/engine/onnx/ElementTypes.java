package dev.sluice.engine.onnx;

import dev.sluice.tensor.DataType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The element types that both sides have, by the library's numbers (ONNXTensorElementDataType). */
final class ElementTypes {
  /** The number of strings. */
  static final int STRING = 8;

  /** By the library's number; null where no tensor of ours can have such elements. */
  private static final @Nullable DataType[] DATA_TYPES = {
    null,
    DataType.FLOAT,
    DataType.UINT8,
    DataType.INT8,
    DataType.UINT16,
    DataType.INT16,
    DataType.INT32,
    DataType.INT64,
    DataType.STRING,
    DataType.BOOL,
    DataType.HALF,
    DataType.DOUBLE,
    DataType.UINT32,
    DataType.UINT64,
    null,
    null,
    DataType.BFLOAT16
  };

  private static final String[] NAMES = {
    "undefined",
    "float",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "double",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
    "float8e4m3fn",
    "float8e4m3fnuz",
    "float8e5m2",
    "float8e5m2fnuz",
    "uint4",
    "int4",
    "float4e2m1",
    "uint2",
    "int2"
  };

  private static final Map<DataType, Integer> NUMBERS = new EnumMap<>(DataType.class);

  static {
    for (int number = 0; number < DATA_TYPES.length; number++) {
      DataType dtype = DATA_TYPES[number];
      if (dtype != null) {
        NUMBERS.put(dtype, number);
      }
    }
  }

  private ElementTypes() {}

  /** Returns the type with the library's number, or null if there is none. */
  static @Nullable DataType dataType(int number) {
    return number >= 0 && number < DATA_TYPES.length ? DATA_TYPES[number] : null;
  }

  /** Returns the library's number of a type that has one. */
  static int number(DataType dtype) {
    Integer number = NUMBERS.get(dtype);
    if (number == null) {
      throw new IllegalArgumentException("ONNX Runtime has no elements of type " + dtype.label());
    }
    return number;
  }

  /** Returns ONNX's name of a type, for messages. */
  static String name(int number) {
    return number >= 0 && number < NAMES.length ? NAMES[number] : "number " + number;
  }
}
