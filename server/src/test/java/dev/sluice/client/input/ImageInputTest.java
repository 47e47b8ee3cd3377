package dev.sluice.client.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The images, and what scaling makes of them, were made by Pillow. */
final class ImageInputTest {
  private static NamedTensor read(String file, PixelScale scale, TensorSpec spec) throws Exception {
    return new ImageInput(file, spec, scale).read(Specs.file(file));
  }

  private static NamedTensor read(String file, DataType dtype, long... dims) throws Exception {
    return read(file, PixelScale.BYTES, Specs.spec(dtype, dims));
  }

  @Test
  void greyKeepsItsValues() throws Exception {
    NamedTensor tensor = read("grey.png", DataType.DT_FLOAT, -1, 2, 2, 1);
    assertEquals(List.of(1, 2, 2, 1), tensor.shape());
    assertEquals(List.of(0.0, 64.0, 128.0, 255.0), Specs.reals(tensor));
    assertEquals(
        List.of(0L, 64L, 128L, 255L),
        Specs.integers(read("grey16.png", DataType.DT_UINT8, -1, 2, 2)));
  }

  @Test
  void coloursStandSideBySideOrInPlanes() throws Exception {
    List<Long> pixels = List.of(255L, 0L, 0L, 0L, 255L, 0L, 0L, 0L, 255L, 10L, 20L, 30L);
    assertEquals(pixels, Specs.integers(read("rgb.png", DataType.DT_UINT8, -1, 2, 2, 3)));
    NamedTensor open = read("rgb.png", DataType.DT_UINT8, -1, -1, -1, -1);
    assertEquals(List.of(1, 2, 2, 3), open.shape());
    NamedTensor planes = read("rgb.png", DataType.DT_UINT8, -1, 3, 2, 2);
    assertEquals(List.of(1, 3, 2, 2), planes.shape());
    assertEquals(
        List.of(255L, 0L, 0L, 10L, 0L, 255L, 0L, 20L, 0L, 0L, 255L, 30L), Specs.integers(planes));
  }

  @Test
  void opacityIsAFourthChannelOrNone() throws Exception {
    assertEquals(
        List.of(255L, 0L, 0L, 128L, 0L, 255L, 0L, 255L),
        Specs.integers(read("rgba.png", DataType.DT_UINT8, -1, 1, 2, 4)));
    assertEquals(
        List.of(255L, 0L, 0L, 0L, 255L, 0L),
        Specs.integers(read("rgba.png", DataType.DT_UINT8, -1, 1, 2, 3)));
  }

  @Test
  void coloursBecomeGreyByTheirBrightness() throws Exception {
    assertEquals(
        List.of(76L, 150L, 29L, 18L),
        Specs.integers(read("rgb.png", DataType.DT_INT32, -1, 2, 2, 1)));
  }

  @Test
  void scalesAsPillowDoes() throws Exception {
    List<Double> smaller = Specs.reals(read("noise.png", DataType.DT_FLOAT, -1, 4, 5, 1));
    List<Double> first = List.of(169.1467, 165.4234, 130.4547, 149.3498, 146.0362);
    List<Double> last = List.of(138.6200, 146.0407, 138.3127, 118.0017, 93.6400);
    for (int i = 0; i < 5; i++) {
      assertEquals(first.get(i), smaller.get(i), 1e-3);
      assertEquals(last.get(i), smaller.get(15 + i), 1e-3);
    }
    List<Double> larger = Specs.reals(read("noise.png", DataType.DT_FLOAT, -1, 11, 16, 1));
    List<Double> row = List.of(255.0, 235.59375, 124.9375, 63.90625, 140.0625, 239.1875);
    for (int i = 0; i < row.size(); i++) {
      assertEquals(row.get(i), larger.get(i), 1e-3);
    }
  }

  @Test
  void theRangeIsAsAskedFor() throws Exception {
    TensorSpec spec = Specs.spec(DataType.DT_FLOAT, -1, 2, 2, 1);
    List<Double> signed = Specs.reals(read("grey.png", PixelScale.of("-1..1"), spec));
    assertEquals(-1, signed.getFirst());
    assertEquals(2 * 64 / 255.0 - 1, signed.get(1), 1e-9);
    assertEquals(1, signed.getLast());
    assertEquals(0, Specs.reals(read("grey.png", PixelScale.of("16..0"), spec)).getLast());
    for (String wrong : List.of("1", "0..", "a..b", "0...1", "0..1..2")) {
      assertThrows(InputException.class, () -> PixelScale.of(wrong));
    }
  }

  @Test
  void aStringTakesTheBytesOfTheFile() throws Exception {
    NamedTensor tensor = read("grey.png", DataType.DT_STRING, -1);
    assertEquals(List.of(1), tensor.shape());
    assertEquals(
        List.of(ByteString.copyFrom(Specs.file("grey.png"))),
        ((Values.Texts) tensor.values()).elements());
  }

  @Test
  void whatTakesNoImageSaysWhatItTakes() {
    InputException refused =
        assertThrows(InputException.class, () -> read("grey.png", DataType.DT_FLOAT, -1, 13));
    assertEquals(
        "grey.png: an image is no value of the input x, float32 [?, 13]; expected a string, or"
            + " numbers of the shape [n, height, width, channels]",
        refused.getMessage());
    assertThrows(
        InputException.class, () -> read("grey.png", DataType.DT_FLOAT, -1, 1 << 20, 1 << 20, 3));
  }

  @Test
  void brokenAndHugeImagesAreRefused() throws Exception {
    TensorSpec spec = Specs.spec(DataType.DT_UINT8, -1, 2, 2, 3);
    byte[] whole = Specs.file("noise.png");
    byte[] huge = whole.clone();
    Arrays.fill(huge, 16, 24, (byte) 0x7f); // width and height
    for (byte[] content :
        List.of(new byte[0], new byte[100], huge, Arrays.copyOf(whole, whole.length / 4))) {
      String message =
          assertThrows(
                  InputException.class,
                  () -> new ImageInput("x.png", spec, PixelScale.BYTES).read(content))
              .getMessage();
      assertTrue(String.valueOf(message).startsWith("x.png: "), message);
    }
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        var _ = new ImageInput("x.png", spec, PixelScale.BYTES).read(damaged);
      } catch (InputException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith("x.png: "), "seed " + seed);
      }
    }
  }
}
