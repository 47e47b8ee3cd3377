package dev.sluice.loadtest.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Makes the inputs of a signature: random values that most models accept. The same seed gives the
 * same values.
 */
public final class RandomInput {
  /** Fractions have so many steps, so that their text is short. */
  private static final int STEPS = 1000;

  /** Small, for integers are often numbers of rows in a table of the model. */
  private static final int INTEGERS = 10;

  private static final int BYTES = 256;

  /** A gRPC message has at most 2 GiB, and a value up to 8 bytes. */
  private static final long MOST_ELEMENTS = 1 << 27;

  private static final List<String> WORDS =
      List.of("river", "lock", "gate", "mill", "barge", "weir", "canal", "tide", "boat", "basin");

  private final SplittableRandom random;
  private final OptionalInt batch;

  /**
   * Creates a maker.
   *
   * @param batch the size of each input's first dimension where the signature leaves it open; 1 if
   *     empty
   */
  public RandomInput(long seed, OptionalInt batch) {
    this.random = new SplittableRandom(seed);
    this.batch = batch;
  }

  /**
   * Returns values for all inputs.
   *
   * @throws InputException if a dtype is not one that can be made, or no input has the first
   *     dimension open though a batch is asked for
   */
  public List<NamedTensor> make(SignatureDef signature) throws InputException {
    if (batch.isPresent()
        && signature.getInputsMap().values().stream().noneMatch(RandomInput::takesBatch)) {
      throw new InputException(
          "--batch=%d: no input of the signature has an open first dimension"
              .formatted(batch.getAsInt()));
    }
    List<NamedTensor> inputs = new ArrayList<>();
    // Sorted, so that a seed means the same whatever the order in the message.
    for (var input : new TreeMap<>(signature.getInputsMap()).entrySet()) {
      inputs.add(tensor(input.getKey(), input.getValue()));
    }
    return inputs;
  }

  private static boolean takesBatch(TensorInfo input) {
    TensorShapeProto shape = input.getTensorShape();
    return shape.getUnknownRank() || (shape.getDimCount() > 0 && shape.getDim(0).getSize() < 0);
  }

  private NamedTensor tensor(String name, TensorInfo info) throws InputException {
    List<Integer> shape = new ArrayList<>();
    if (info.getTensorShape().getUnknownRank()) {
      shape.add(batch.orElse(1));
    }
    for (TensorShapeProto.Dim dimension : info.getTensorShape().getDimList()) {
      int unknown = shape.isEmpty() ? batch.orElse(1) : 1;
      shape.add(
          dimension.getSize() < 0
              ? unknown
              : (int) Math.min(Integer.MAX_VALUE, dimension.getSize()));
    }
    long elements = 1;
    for (int size : shape) {
      elements *= size;
      if (elements > MOST_ELEMENTS) {
        throw new InputException(
            "the input %s would have the shape %s: more than %d values"
                .formatted(name, shape, MOST_ELEMENTS));
      }
    }
    DataType dtype = info.getDtype();
    return new NamedTensor(name, dtype, shape, values(name, dtype, (int) elements));
  }

  private Values values(String name, DataType dtype, int count) throws InputException {
    return switch (DataKind.of(dtype)) {
      case REAL -> new Values.Reals(reals(count));
      case INTEGER -> new Values.Integers(integers(count, bound(dtype)));
      case BOOLEAN -> new Values.Booleans(booleans(count));
      case TEXT -> new Values.Texts(texts(count));
      case OTHER ->
          throw new InputException(
              "cannot make values of %s for the input %s: give a request by --input=FILE"
                  .formatted(dtype, name));
    };
  }

  private static int bound(DataType dtype) {
    return dtype == DataType.DT_UINT8 ? BYTES : INTEGERS; // images
  }

  private double[] reals(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (double) random.nextInt(STEPS) / STEPS;
    }
    return values;
  }

  private long[] integers(int count, int bound) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(bound);
    }
    return values;
  }

  private boolean[] booleans(int count) {
    boolean[] values = new boolean[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextBoolean();
    }
    return values;
  }

  private List<ByteString> texts(int count) {
    List<ByteString> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String first = WORDS.get(random.nextInt(WORDS.size()));
      String second = WORDS.get(random.nextInt(WORDS.size()));
      values.add(ByteString.copyFromUtf8(first + " " + second));
    }
    return values;
  }
}
