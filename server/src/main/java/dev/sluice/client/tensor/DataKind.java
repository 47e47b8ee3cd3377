package dev.sluice.client.tensor;

import dev.sluice.protos.tensorflow.DataType;

/** What the elements of a dtype are to a client. */
public enum DataKind {
  REAL,
  INTEGER,
  BOOLEAN,
  TEXT,
  /** Neither made nor read here. */
  OTHER;

  /** Returns the kind of a dtype. */
  public static DataKind of(DataType dtype) {
    return switch (dtype) {
      case DT_FLOAT, DT_DOUBLE, DT_HALF, DT_BFLOAT16 -> REAL;
      case DT_INT8, DT_INT16, DT_INT32, DT_INT64, DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64 ->
          INTEGER;
      case DT_BOOL -> BOOLEAN;
      case DT_STRING -> TEXT;
      default -> OTHER;
    };
  }
}
