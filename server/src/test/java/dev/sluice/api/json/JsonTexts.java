package dev.sluice.api.json;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Documents for tests, fixed and random. */
public final class JsonTexts {
  private JsonTexts() {}

  /** Returns a random source whose seed is printed; the system property json.seed repeats a run. */
  public static Random random(String test) {
    long seed = Long.getLong("json.seed", System.nanoTime());
    System.out.println(test + ": -Djson.seed=" + seed);
    return new Random(seed);
  }

  /** Returns a document's bytes. */
  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
