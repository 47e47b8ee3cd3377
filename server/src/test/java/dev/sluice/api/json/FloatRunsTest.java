package dev.sluice.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FloatRunsTest {
  private static final List<String> ODD =
      List.of(
          "0",
          "-0",
          "0.0",
          "-0.0",
          "-0.00000",
          "1",
          "-7",
          "255",
          "1234567",
          "12345678",
          "123456789",
          "0.1",
          "-0.5",
          "16777217",
          "16777217.0",
          "1e3",
          "-2.5E-3",
          "1e38",
          "3.4028236e38",
          "1e-46",
          "1.17549435e-38",
          "0.000000000000001",
          "0.0000000000000001",
          "123456.789012345678",
          "9999999.99999999999",
          "0.12345678",
          "0.123456789012345",
          "0.1234567890123456",
          "1.00000005960464477539",
          "1.000000059604644775390625",
          "7.0064923216240854e-46",
          "1e400",
          "-1e-400",
          "340282356779733661637539395458142568448",
          "0.3333333432674408");

  private static byte[] bytes(String text) {
    return JsonTexts.utf8(text);
  }

  /** Scans a document and returns what stands for it. */
  private static int scan(byte[] bytes, int end) throws ServingException {
    FloatRuns runs = FloatRuns.ofThread();
    new JsonScanner(bytes, 0, end, new Nobody(), runs).scanWhole();
    return runs.document();
  }

  private record Nobody() implements JsonMembers {
    @Override
    public void noteMember(int name, int nameEnd, int value) {}

    @Override
    public boolean isNotedMember(int position) {
      return false;
    }

    @Override
    public ArraySizes sizes() {
      return new ArraySizes();
    }
  }

  /** Reads {@code count} values at a position, from the runs alone. */
  private static float[] written(int document, int position, int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(4L * count + 4);
      int behind = FloatRuns.ofThread().ifOf(document).write(position, count, data, 1);
      assertTrue(behind > position, "no run of " + count + " at " + position);
      float[] all = data.toArray(ValueLayout.JAVA_FLOAT);
      return Arrays.copyOfRange(all, 1, all.length);
    }
  }

  private static float expected(String number) {
    return new NumberReader(bytes(number + ","), 0).readFloat();
  }

  private static void assertSameAsRead(List<String> numbers, String before, String behind)
      throws ServingException {
    String text = before + String.join(", ", numbers) + behind;
    byte[] padded = Arrays.copyOf(bytes(text), text.length() + 64);
    Arrays.fill(padded, text.length(), padded.length, (byte) '9'); // what a reused buffer may hold
    float[] found = written(scan(padded, text.length()), before.length(), numbers.size());
    for (int i = 0; i < found.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected(numbers.get(i))),
          Float.floatToRawIntBits(found[i]),
          numbers.get(i) + " in " + text);
    }
  }

  private static String randomNumber(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> ODD.get(random.nextInt(ODD.size()));
      case 1 -> Integer.toString(random.nextInt(1 << random.nextInt(31)) - 500);
      case 2 -> Float.toString(Float.intBitsToFloat(random.nextInt() & 0xBF7FFFFF));
      case 3 ->
          String.format(Locale.ROOT, "%." + (1 + random.nextInt(18)) + "f", random.nextGaussian());
      case 4 -> Double.toString(random.nextDouble(-1e9, 1e9));
      default -> Float.toString(random.nextFloat(-10, 10));
    };
  }

  @Test
  void everyNumberIsWhatAReaderOfTheTextMakesOfIt() throws Exception {
    for (String number : ODD) {
      if (!number.equals("1e400")) { // which no document may have
        assertSameAsRead(List.of(number), "[", "]");
        assertSameAsRead(
            List.of(number, number, "1.5"),
            "{\"x\": [[",
            "], []], \"y\": \"" + "z".repeat(60) + "\"}");
      }
    }
    Random random = JsonTexts.random("FloatRunsTest");
    for (int round = 0; round < 5_000; round++) {
      List<String> numbers = new ArrayList<>();
      while (numbers.size() < 1 + round % 20) {
        String number = randomNumber(random);
        if (!number.equals("1e400") && !number.contains("N")) {
          numbers.add(number);
        }
      }
      assertSameAsRead(numbers, "[", "]");
    }
  }

  @Test
  void aRunIsWhatFollowsEachOther() throws ServingException {
    String text = "[[1.5, 2.5, 3.5], [null, 4.5, 5.5, \"x\", 6.5], 7.5]" + " ".repeat(50);
    int document = scan(bytes(text), text.length());
    assertEquals(List.of(1.5f, 2.5f, 3.5f), list(written(document, text.indexOf("1.5"), 3)));
    assertEquals(List.of(7.5f), list(written(document, text.indexOf("7.5"), 1)));
    assertEquals(List.of(4.5f, 5.5f), list(written(document, text.indexOf("4.5"), 2)));
    FloatRuns runs = FloatRuns.ofThread().ifOf(document);
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    assertEquals(-1, runs.write(text.indexOf("1.5"), 2, none, 0));
    assertEquals(-1, runs.write(text.indexOf("2.5"), 2, none, 0));
    assertEquals(-1, runs.write(text.indexOf("null"), 2, none, 0));
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  @Test
  void anotherDocumentsRunsAreNotGiven() throws ServingException {
    byte[] first = bytes("[1.5, 2.5]");
    byte[] second = bytes("[8.5, 9.5]");
    int before = scan(first, first.length);
    int after = scan(second, second.length);
    assertSame(FloatRuns.NONE, FloatRuns.ofThread().ifOf(before));
    assertSame(FloatRuns.ofThread(), FloatRuns.ofThread().ifOf(after));
    assertEquals(-1, FloatRuns.NONE.write(1, 2, MemorySegment.ofArray(new byte[8]), 0));
  }

  @Test
  void moreThanIsKeptIsLeftToTheReader() throws ServingException {
    int count = (1 << 18) + 10;
    String text = "[[0.5, 0.25], [" + "0.5, ".repeat(count) + "1], [0.125]]";
    int document = scan(bytes(text), text.length());
    assertEquals(List.of(0.5f, 0.25f), list(written(document, 2, 2)));
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    FloatRuns runs = FloatRuns.ofThread().ifOf(document);
    assertEquals(-1, runs.write(text.indexOf("[0.5, 0.5") + 1, count + 1, none, 0));
  }

  @Test
  void whatIsCutOffIsRefusedAsBefore() {
    for (String text : List.of("[1.5", "[1.5,", "[-", "[1.", "[01]", "[.5]", "[1.5.5]", "[1.5e]")) {
      byte[] padded = Arrays.copyOf(bytes(text), text.length() + 64);
      Arrays.fill(padded, text.length(), padded.length, (byte) '5');
      assertThrows(ServingException.class, () -> scan(padded, text.length()), text);
    }
  }
}
