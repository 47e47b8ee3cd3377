package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * An image, row by row, the channels of a pixel side by side, each from 0 to 255.
 *
 * @param channels 1 for grey, 3 for red, green and blue, 4 for these and opacity
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Pixels(int width, int height, int channels, float[] samples) {
  private static final long MOST_PIXELS = 50_000_000;
  private static final int OPAQUE = 255;

  // Rec. 601, as image libraries make grey of colours.
  private static final float RED = 0.299f;
  private static final float GREEN = 0.587f;
  private static final float BLUE = 0.114f;

  /**
   * Reads an image; of several in a file the first.
   *
   * @throws InputException if it is of no known kind, broken, or huge
   */
  static Pixels read(String source, byte[] content, int channels) throws InputException {
    BufferedImage image;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new InputException(source + ": no image of a known kind (PNG, JPEG, BMP, GIF)");
      }
      image = read(source, readers.next(), in);
    } catch (IOException | RuntimeException e) {
      // The decoders throw anything at broken files.
      throw new InputException(
          "%s: the image cannot be read: %s".formatted(source, e.getMessage()));
    }
    return of(image, channels);
  }

  private static BufferedImage read(String source, ImageReader reader, ImageInputStream in)
      throws IOException, InputException {
    try {
      reader.setInput(in, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS) {
        throw new InputException(
            "%s: an image of %d x %d pixels; at most %d million are read"
                .formatted(source, reader.getWidth(0), reader.getHeight(0), MOST_PIXELS / 1000000));
      }
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private static Pixels of(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
    float[] samples = new float[width * height * channels];
    boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int colour = grey ? greyAt(image, x, y) : image.getRGB(x, y);
        put(samples, at, channels, colour);
        at += channels;
      }
    }
    return new Pixels(width, height, channels, samples);
  }

  /** {@code getRGB} would brighten grey: it takes its samples for linear. */
  private static int greyAt(BufferedImage image, int x, int y) {
    int bits = image.getSampleModel().getSampleSize(0);
    int most = (1 << bits) - 1;
    int level = Math.round((float) image.getRaster().getSample(x, y, 0) * OPAQUE / most);
    int opacity = image.getColorModel().hasAlpha() ? image.getRGB(x, y) >>> 24 : OPAQUE;
    return opacity << 24 | level << 16 | level << 8 | level;
  }

  private static void put(float[] samples, int at, int channels, int colour) {
    int red = colour >> 16 & 0xff;
    int green = colour >> 8 & 0xff;
    int blue = colour & 0xff;
    if (channels == 1) {
      boolean grey = red == green && green == blue;
      samples[at] = grey ? red : RED * red + GREEN * green + BLUE * blue;
      return;
    }
    samples[at] = red;
    samples[at + 1] = green;
    samples[at + 2] = blue;
    if (channels == 4) {
      samples[at + 3] = colour >>> 24;
    }
  }

  /**
   * Returns the image in another size, by a triangle filter in both directions: it interpolates
   * where the image grows, and takes every pixel into account where it shrinks.
   */
  Pixels scaledTo(int newWidth, int newHeight) {
    if (newWidth == width && newHeight == height) {
      return this;
    }
    float[] across = new float[newWidth * height * channels];
    for (int y = 0; y < height; y++) {
      scale(
          samples,
          y * width * channels,
          channels,
          width,
          across,
          y * newWidth * channels,
          channels,
          newWidth);
    }
    float[] both = new float[newWidth * newHeight * channels];
    int row = newWidth * channels;
    for (int x = 0; x < newWidth; x++) {
      scale(across, x * channels, row, height, both, x * channels, row, newHeight);
    }
    return new Pixels(newWidth, newHeight, channels, both);
  }

  /** Scales one line of pixels, which are {@code step} samples apart. */
  private void scale(
      float[] from, int fromAt, int step, int length, float[] to, int toAt, int toStep, int size) {
    float ratio = (float) length / size;
    float reach = Math.max(1, ratio);
    for (int i = 0; i < size; i++) {
      float center = (i + 0.5f) * ratio;
      int first = Math.max(0, (int) Math.floor(center - reach));
      int last = Math.min(length - 1, (int) Math.ceil(center + reach) - 1);
      float sum = 0;
      float[] weighted = new float[channels];
      for (int j = first; j <= last; j++) {
        float weight = Math.max(0, 1 - Math.abs(j + 0.5f - center) / reach);
        sum += weight;
        for (int c = 0; c < channels; c++) {
          weighted[c] += weight * from[fromAt + j * step + c];
        }
      }
      for (int c = 0; c < channels; c++) {
        to[toAt + i * toStep + c] = weighted[c] / sum;
      }
    }
  }
}
