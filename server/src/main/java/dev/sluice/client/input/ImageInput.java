package dev.sluice.client.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.DataKind;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.Values;
import dev.sluice.client.tensor.ValuesBuilder;
import dev.sluice.protos.tensorflow.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An image as the input that a model declares: the file's bytes for a string, else pixels, scaled
 * to the declared height and width, grey if there is one channel.
 */
final class ImageInput {
  private static final Set<Long> CHANNELS = Set.of(1L, 3L, 4L);
  private static final int COLOURS = 3;
  private static final int MOST_SIDE = 1 << 14;

  /** Where height, width and channels stand among the dimensions; a negative axis is not there. */
  private record Axes(int height, int width, int channels) {}

  private final String source;
  private final TensorSpec spec;
  private final PixelScale scale;

  ImageInput(String source, TensorSpec spec, PixelScale scale) {
    this.source = source;
    this.spec = spec;
    this.scale = scale;
  }

  NamedTensor read(byte[] content) throws InputException {
    if (spec.dtype() == DataType.DT_STRING) {
      List<Integer> shape = spec.ranked() && spec.dims().isEmpty() ? List.of() : List.of(1);
      return new NamedTensor(
          spec.name(),
          spec.dtype(),
          shape,
          new Values.Texts(List.of(ByteString.copyFrom(content))));
    }
    Axes axes = axes();
    long channels = axes.channels < 0 ? 1 : spec.dims().get(axes.channels);
    Pixels pixels = Pixels.read(source, content, channels < 0 ? COLOURS : (int) channels);
    return tensor(
        axes,
        pixels.scaledTo(
            side(spec.dims().get(axes.width), pixels.width()),
            side(spec.dims().get(axes.height), pixels.height())));
  }

  private int side(long declared, int own) throws InputException {
    if (declared == 0 || declared > MOST_SIDE) {
      throw unfit();
    }
    return declared < 0 ? own : (int) declared;
  }

  private Axes axes() throws InputException {
    List<Long> dims = spec.dims();
    DataKind kind = DataKind.of(spec.dtype());
    boolean numbers = kind == DataKind.REAL || kind == DataKind.INTEGER;
    if (numbers && spec.ranked() && dims.size() == 3) {
      return new Axes(1, 2, -1);
    }
    if (numbers && spec.ranked() && dims.size() == 4) {
      if (CHANNELS.contains(dims.get(3)) || (dims.get(3) < 0 && !CHANNELS.contains(dims.get(1)))) {
        return new Axes(1, 2, 3);
      }
      if (CHANNELS.contains(dims.get(1))) {
        return new Axes(2, 3, 1);
      }
    }
    throw unfit();
  }

  private InputException unfit() {
    return new InputException(
        "%s: an image is no value of the input %s, %s; expected a string, or numbers of the shape"
                .formatted(source, spec.name(), spec.text())
            + " [n, height, width, channels]");
  }

  private NamedTensor tensor(Axes axes, Pixels pixels) {
    List<Integer> shape = new ArrayList<>(List.of(1));
    for (int axis = 1; axis < spec.dims().size(); axis++) {
      shape.add(
          axis == axes.height
              ? pixels.height()
              : axis == axes.width ? pixels.width() : pixels.channels());
    }
    ValuesBuilder values = new ValuesBuilder(DataKind.of(spec.dtype()), pixels.samples().length);
    int planes = axes.channels == 1 ? pixels.channels() : 1;
    int together = pixels.channels() / planes;
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int pixel = 0; pixel < pixels.width() * pixels.height(); pixel++) {
        for (int c = 0; c < together; c++) {
          put(values, at++, pixels.samples()[pixel * pixels.channels() + plane + c]);
        }
      }
    }
    return new NamedTensor(spec.name(), spec.dtype(), shape, values.build());
  }

  private void put(ValuesBuilder values, int at, float sample) {
    double value = scale.apply(sample);
    if (DataKind.of(spec.dtype()) == DataKind.REAL) {
      values.putReal(at, value);
    } else {
      values.putInteger(at, Math.round(value));
    }
  }
}
