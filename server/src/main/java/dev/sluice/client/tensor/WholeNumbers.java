package dev.sluice.client.tensor;

import dev.sluice.protos.tensorflow.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Whole numbers of a dtype, exact: {@code 3.0} and {@code 1e2} are some, 300 is no uint8. */
public final class WholeNumbers {
  private WholeNumbers() {}

  /**
   * Returns a number as it is kept in {@link Values.Integers}: of uint64 the bits.
   *
   * @throws ArithmeticException if it has a fraction or is out of range
   */
  public static long of(BigDecimal number, DataType dtype) {
    BigInteger least = least(dtype);
    BigInteger most = most(dtype);
    // Compared first: of 1e999999999 a BigInteger would fill the memory.
    if (number.compareTo(new BigDecimal(least)) < 0 || number.compareTo(new BigDecimal(most)) > 0) {
      throw new ArithmeticException("expected %d to %d".formatted(least, most));
    }
    return number.toBigIntegerExact().longValue();
  }

  private static BigInteger most(DataType dtype) {
    return BigInteger.TWO
        .pow(isSigned(dtype) ? bits(dtype) - 1 : bits(dtype))
        .subtract(BigInteger.ONE);
  }

  private static BigInteger least(DataType dtype) {
    return isSigned(dtype) ? BigInteger.TWO.pow(bits(dtype) - 1).negate() : BigInteger.ZERO;
  }

  private static boolean isSigned(DataType dtype) {
    return switch (dtype) {
      case DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64 -> false;
      default -> true;
    };
  }

  private static int bits(DataType dtype) {
    return switch (dtype) {
      case DT_INT8, DT_UINT8 -> Byte.SIZE;
      case DT_INT16, DT_UINT16 -> Short.SIZE;
      case DT_INT32, DT_UINT32 -> Integer.SIZE;
      case DT_INT64, DT_UINT64 -> Long.SIZE;
      default -> throw new IllegalArgumentException(dtype + " has no whole numbers");
    };
  }
}
