package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.TelemetrySettings.Sampling;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TraceSamplerTest {
  private static final String CALLER = "00-0000000000000001%016x-00f067aa0ba902b7-0%d";

  @Test
  void ratioDecidesAsOpenTelemetrysSampler() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (double ratio : List.of(0.0, 1e-9, 0.01, 0.5, 0.999, 1.0)) {
      TraceSampler ours = new TraceSampler(new Sampling(true, ratio));
      Sampler theirs = Sampler.traceIdRatioBased(ratio);
      for (int i = 0; i < 10_000; i++) {
        long low = random.nextLong();
        assertEquals(
            decision(theirs, TraceId.fromLongs(1, low)),
            ours.samples(low),
            () -> "seed " + seed + ", ratio " + ratio + ", id " + low);
      }
    }
  }

  private static boolean decision(Sampler sampler, String traceId) {
    return sampler
            .shouldSample(
                Context.root(), traceId, "", SpanKind.SERVER, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }

  @Test
  void noneAndAllAreExactAtTheEndsOfTheRange() {
    for (long low : List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L, 0L, 1L, Long.MAX_VALUE)) {
      assertFalse(new TraceSampler(new Sampling(true, 0)).samples(low), "0 of " + low);
      assertTrue(new TraceSampler(new Sampling(true, 1)).samples(low), "1 of " + low);
    }
  }

  @Test
  void aCallersDecisionGoesBeforeTheRatio() {
    TraceSampler none = new TraceSampler(new Sampling(true, 0));
    TraceSampler all = new TraceSampler(new Sampling(true, 1));
    assertTrue(none.samples(CALLER.formatted(5, 1), 1));
    assertFalse(all.samples(CALLER.formatted(5, 0), 0));
    assertFalse(all.samples(CALLER.formatted(5, 2), 2));
  }

  @Test
  void withoutRegardToCallersTheirIdsCount() {
    TraceSampler half = new TraceSampler(new Sampling(false, 0.5));
    assertTrue(half.samples(CALLER.formatted(5, 0), 0));
    assertFalse(half.samples(CALLER.formatted(Long.MAX_VALUE, 1), 1));
  }
}
