package dev.sluice.loadtest.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Axes for latency (logarithmic, for it spans decades) over throughput (linear, from 0).
 *
 * @param right the throughput at the right end
 * @param low the latency in milliseconds at the bottom
 * @param high the latency at the top
 */
record PlotScale(double right, double low, double high) {
  private static final double[] STEPS = {1, 2, 5, 10};
  private static final int TICKS = 5;

  static PlotScale of(List<Run> runs) {
    double right = 0;
    double low = Double.MAX_VALUE;
    double high = 0;
    for (Run run : runs) {
      right = Math.max(right, run.rate());
      low = Math.min(low, Math.max(0.001, Numbers.millis(run.latencies().p50())));
      high = Math.max(high, Numbers.millis(run.latencies().p99()));
    }
    double top = Math.max(high, 1.001 * low);
    return new PlotScale(roundUp(Math.max(right, 1)), roundDown(low), roundUp(top));
  }

  /** Returns where a throughput is, from 0 (left) to 1. */
  double x(double rate) {
    return rate / right;
  }

  /** Returns where a latency is, from 0 (bottom) to 1. */
  double y(double millis) {
    double clamped = Math.clamp(millis, low, high);
    return Math.log(clamped / low) / Math.log(high / low);
  }

  /** Returns 1, 2 or 5 times a power of ten that is not below the value. */
  static double roundUp(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : STEPS) {
      if (step * power >= value * (1 - 1e-9)) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static double roundDown(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double down = power;
    for (double step : STEPS) {
      down = step * power <= value * (1 + 1e-9) ? step * power : down;
    }
    return down;
  }

  /** Returns round throughputs for the axis, from 0. */
  List<Double> xTicks() {
    double step = roundUp(right / TICKS);
    List<Double> ticks = new ArrayList<>();
    for (double tick = 0; tick <= right * (1 + 1e-9); tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  /** Returns round latencies for the axis: 1, 2 and 5 times powers of ten. */
  List<Double> yTicks() {
    List<Double> ticks = new ArrayList<>();
    for (double tick = low; tick <= high * (1 + 1e-9); tick = roundUp(tick * 1.001)) {
      ticks.add(tick);
    }
    return ticks;
  }
}
