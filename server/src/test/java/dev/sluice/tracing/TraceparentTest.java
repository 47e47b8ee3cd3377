package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of W3C Trace Context for the header traceparent. */
final class TraceparentTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String VALID = "00-" + TRACE + "-" + PARENT + "-01";

  private static final TextMapGetter<String> GETTER =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // but still to be implemented
        public Iterable<String> keys(String carrier) {
          return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals("traceparent") ? carrier : null;
        }
      };

  @Test
  void readsIdsAndFlags() {
    assertEquals(1, Traceparent.flags(VALID));
    assertEquals(TRACE, Traceparent.traceId(VALID));
    assertEquals(PARENT, Traceparent.parentId(VALID));
    assertEquals(0xa3ce929d0e0e4736L, Traceparent.traceIdLow(VALID));
  }

  @ParameterizedTest
  @CsvSource({"00,0", "01,1", "02,2", "03,3", "ff,255", "a0,160"})
  void flagsAreOneByte(String text, int flags) {
    assertEquals(flags, Traceparent.flags("00-" + TRACE + "-" + PARENT + "-" + text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cc-" + TRACE + "-" + PARENT + "-01",
        "cc-" + TRACE + "-" + PARENT + "-01-what-the-future-will-be-like",
        "fe-" + TRACE + "-" + PARENT + "-01",
        "01-" + TRACE + "-" + PARENT + "-01-",
      })
  void versionsToComeAreReadAsFarAsTheyAreKnown(String header) {
    assertEquals(1, Traceparent.flags(header));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "-",
        "00-" + TRACE + "-" + PARENT,
        "00-" + TRACE + "-" + PARENT + "-0",
        "00-" + TRACE + "-" + PARENT + "-01-",
        "00-" + TRACE + "-" + PARENT + "-01-what-the-future-will-be-like",
        "00-" + TRACE + "-" + PARENT + "-01 ",
        "cc-" + TRACE + "-" + PARENT + "-01.what-the-future-will-be-like",
        "ff-" + TRACE + "-" + PARENT + "-01",
        "0-" + TRACE + "-" + PARENT + "-01",
        "0g-" + TRACE + "-" + PARENT + "-01",
        "CC-" + TRACE + "-" + PARENT + "-01",
        "000-" + TRACE + "-" + PARENT + "-01",
        "00_" + TRACE + "-" + PARENT + "-01",
        "00-" + TRACE + "_" + PARENT + "-01",
        "00-" + TRACE + "-" + PARENT + "_01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + PARENT + "-01",
        "00-" + TRACE + "-00F067AA0BA902B7-01",
        "00-" + TRACE + "-" + PARENT + "-0A",
        "00-" + TRACE + "-" + PARENT + "-.0",
        "00-00000000000000000000000000000000-" + PARENT + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473.-" + PARENT + "-01",
        "00-" + TRACE + "-00f067aa0ba902b.-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47361-" + PARENT + "-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-" + PARENT + "-01",
        " 0-" + TRACE + "-" + PARENT + "-01",
        "00-" + TRACE + "-" + PARENT + "-\u0660\u0661",
      })
  void whatBreaksTheRulesIsIgnored(String header) {
    assertEquals(Traceparent.INVALID, Traceparent.flags(header));
  }

  /** Changes of a valid header, read by us and by OpenTelemetry's own reader. */
  @Test
  void readsAsOpenTelemetryDoes() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int valid = 0;
    for (int i = 0; i < 200_000; i++) {
      String header = changed(random);
      SpanContext theirs = theirs(header);
      int ours = Traceparent.flags(header);
      assertEquals(
          theirs.isValid(), ours != Traceparent.INVALID, () -> "seed " + seed + ": " + header);
      if (theirs.isValid()) {
        valid++;
        assertEquals(theirs.getTraceId(), Traceparent.traceId(header));
        assertEquals(theirs.getSpanId(), Traceparent.parentId(header));
        assertEquals(theirs.isSampled(), (ours & Traceparent.SAMPLED) != 0, header);
      }
    }
    assertTrue(valid > 1000 && valid < 190_000, "valid were " + valid);
  }

  private static SpanContext theirs(String header) {
    return Span.fromContext(
            W3CTraceContextPropagator.getInstance().extract(Context.root(), header, GETTER))
        .getSpanContext();
  }

  private static String changed(SplittableRandom random) {
    StringBuilder header = new StringBuilder(VALID);
    String alphabet = "0123456789abcdefABCDEFg-_. ";
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(header.length());
      char c = alphabet.charAt(random.nextInt(alphabet.length()));
      switch (random.nextInt(6)) {
        case 0 -> header.deleteCharAt(at);
        case 1 -> header.insert(at, c);
        case 2 -> header.append(c);
        default -> header.setCharAt(at, c);
      }
    }
    return header.toString();
  }
}
