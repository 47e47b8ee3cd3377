package dev.sluice.client.tensor;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** Gathers the elements of a tensor in their order. Confined to one thread. */
public final class ValuesBuilder {
  private final DataKind kind;
  private final double[] reals;
  private final long[] integers;
  private final boolean[] booleans;
  private final List<ByteString> texts;

  /** Creates a builder of so many elements of a kind that can be read. */
  public ValuesBuilder(DataKind kind, int count) {
    this.kind = kind;
    this.reals = new double[kind == DataKind.REAL ? count : 0];
    this.integers = new long[kind == DataKind.INTEGER ? count : 0];
    this.booleans = new boolean[kind == DataKind.BOOLEAN ? count : 0];
    this.texts = new ArrayList<>(kind == DataKind.TEXT ? count : 0);
  }

  /** Sets a number with a fraction. */
  public void putReal(int at, double value) {
    reals[at] = value;
  }

  /** Sets a whole number. */
  public void putInteger(int at, long value) {
    integers[at] = value;
  }

  /** Sets a truth value. */
  public void putBoolean(int at, boolean value) {
    booleans[at] = value;
  }

  /** Sets a string: these must come in their order. */
  public void putText(int at, ByteString value) {
    texts.add(at, value);
  }

  /** Sets an element of other values, which are of the same kind. */
  void put(int at, Values from, int index) {
    switch (from) {
      case Values.Reals(double[] elements) -> putReal(at, elements[index]);
      case Values.Integers(long[] elements) -> putInteger(at, elements[index]);
      case Values.Booleans(boolean[] elements) -> putBoolean(at, elements[index]);
      case Values.Texts(List<ByteString> elements) -> putText(at, elements.get(index));
    }
  }

  /** Returns what was gathered. */
  public Values build() {
    return switch (kind) {
      case REAL -> new Values.Reals(reals);
      case INTEGER -> new Values.Integers(integers);
      case BOOLEAN -> new Values.Booleans(booleans);
      case TEXT -> new Values.Texts(List.copyOf(texts));
      case OTHER -> throw new IllegalStateException("there are no values of this kind");
    };
  }
}
