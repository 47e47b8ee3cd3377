package dev.sluice.api.oip;

import dev.sluice.tensor.DataType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The element types that the protocol knows, by the names that it has for them. */
public enum Datatype {
  BOOL(DataType.BOOL),
  UINT8(DataType.UINT8),
  UINT16(DataType.UINT16),
  UINT32(DataType.UINT32),
  UINT64(DataType.UINT64),
  INT8(DataType.INT8),
  INT16(DataType.INT16),
  INT32(DataType.INT32),
  INT64(DataType.INT64),
  FP16(DataType.HALF),
  FP32(DataType.FLOAT),
  FP64(DataType.DOUBLE),
  BYTES(DataType.STRING),
  BF16(DataType.BFLOAT16);

  private static final Map<String, Datatype> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Datatype::name, Function.identity()));

  private static final Map<DataType, Datatype> BY_TYPE = new EnumMap<>(DataType.class);

  static {
    for (Datatype datatype : values()) {
      BY_TYPE.put(datatype.type, datatype);
    }
  }

  private final DataType type;

  Datatype(DataType type) {
    this.type = type;
  }

  /** Returns the type of that name, or null if the protocol has none. */
  public static @Nullable Datatype named(String name) {
    return BY_NAME.get(name);
  }

  /** Returns the protocol's name for a type, or null if it has none, as for complex numbers. */
  public static @Nullable Datatype of(DataType type) {
    return BY_TYPE.get(type);
  }

  /**
   * Returns what metadata and messages call a type: the protocol's name, or for those that it does
   * not have the engine's in capitals. No type at all is an empty string.
   */
  public static String label(@Nullable DataType type) {
    if (type == null) {
      return "";
    }
    Datatype known = of(type);
    return known == null ? type.label().toUpperCase(Locale.ROOT) : known.name();
  }

  /** Returns the type that tensors have. */
  public DataType type() {
    return type;
  }
}
