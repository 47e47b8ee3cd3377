package dev.sluice.loadtest.report;

import java.util.Locale;

/** How much load a run puts on the server. */
public sealed interface Load {
  /** Returns the number that a sweep varies. */
  double level();

  /** Returns the level for people. */
  String text();

  /** So many clients, each of which sends its next request when it has its answer. */
  record Closed(int clients) implements Load {
    @Override
    public double level() {
      return clients;
    }

    @Override
    public String text() {
      return Integer.toString(clients);
    }
  }

  /** So many requests a second on average, at random times, whether or not answers come. */
  record Open(double rate) implements Load {
    @Override
    public double level() {
      return rate;
    }

    @Override
    public String text() {
      return rate == Math.rint(rate)
          ? String.format(Locale.ROOT, "%.0f", rate)
          : Double.toString(rate);
    }
  }
}
