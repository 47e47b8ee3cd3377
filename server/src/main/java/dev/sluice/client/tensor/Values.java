package dev.sluice.client.tensor;

import com.google.protobuf.ByteString;
import java.util.List;

/** The elements of a tensor, in row-major order; the arrays are handed over, not copied. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public sealed interface Values {
  /** Returns the number of elements. */
  int count();

  /** Numbers with a fraction, whatever their width. */
  record Reals(double[] elements) implements Values {
    @Override
    public int count() {
      return elements.length;
    }
  }

  /** Whole numbers, whatever their width; unsigned 64-bit ones by their bits. */
  record Integers(long[] elements) implements Values {
    @Override
    public int count() {
      return elements.length;
    }
  }

  /** Truth values. */
  record Booleans(boolean[] elements) implements Values {
    @Override
    public int count() {
      return elements.length;
    }
  }

  /** Strings, which may hold any bytes. */
  record Texts(List<ByteString> elements) implements Values {
    @Override
    public int count() {
      return elements.size();
    }
  }
}
