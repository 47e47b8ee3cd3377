package dev.sluice.client.input;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a file holds. */
public enum InputFormat {
  JSON(".json"),
  CSV(".csv"),
  TSV(".tsv .tab"),
  NPY(".npy"),
  NPZ(".npz"),
  IMAGE(".png .jpg .jpeg .bmp .gif"),
  /** A string a line. */
  TEXT(".txt");

  private static final int MAGIC_LENGTH = 6;

  /** Separated by spaces. */
  private final String extensions;

  InputFormat(String extensions) {
    this.extensions = extensions;
  }

  /** Returns the format that a file's name stands for. */
  static Optional<InputFormat> ofName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (InputFormat format : values()) {
      if (Arrays.stream(format.extensions.split(" ", -1)).anyMatch(lower::endsWith)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Returns the format that content without a name looks like; CSV if like nothing else. */
  static InputFormat ofContent(byte[] content) {
    String start =
        new String(content, 0, Math.min(content.length, MAGIC_LENGTH), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u0093NUMPY")) {
      return NPY;
    }
    if (start.startsWith("PK\u0003\u0004")) {
      return NPZ;
    }
    if (start.startsWith("\u0089PNG")
        || start.startsWith("\u00ff\u00d8\u00ff")
        || start.startsWith("GIF8")
        || start.startsWith("BM")) {
      return IMAGE;
    }
    String text = start.strip();
    return text.startsWith("{") || text.startsWith("[") ? JSON : CSV;
  }
}
