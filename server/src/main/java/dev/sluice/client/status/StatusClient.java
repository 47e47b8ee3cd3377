package dev.sluice.client.status;

import dev.sluice.client.ServerException;
import dev.sluice.client.show.Screen;
import dev.sluice.client.tensor.InputException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalDouble;

/** Shows a server's state, once or until the process is ended. */
public final class StatusClient {
  /** To the upper left corner; then what is below the text is erased. */
  private static final String HOME = "\u001b[H";

  private static final String CLEAR = "\u001b[2J";
  private static final String ERASE_LINE_END = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";

  private final StatusOptions options;
  private final PrintStream out;
  private final Screen screen;
  private final boolean terminal;
  private final Clock clock;

  /** Time, as this client needs it. */
  public interface Clock {
    /** Returns a point in time in nanoseconds. */
    long nanos();

    /** Returns the time of the day. */
    InstantSource wall();

    /** Waits; returns false if there is to be no further look. */
    boolean pause(Duration duration) throws InterruptedException;

    /** Returns the one that people have. */
    static Clock system() {
      return new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public InstantSource wall() {
          return InstantSource.system();
        }

        @Override
        public boolean pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
          return true;
        }
      };
    }
  }

  /**
   * Creates a client.
   *
   * @param terminal true if what is shown goes to one
   */
  public StatusClient(
      StatusOptions options, PrintStream out, Screen screen, boolean terminal, Clock clock) {
    this.options = options;
    this.out = out;
    this.screen = screen;
    this.terminal = terminal;
    this.clock = clock;
  }

  /**
   * Asks and prints.
   *
   * @throws InputException if an option cannot be used
   * @throws ServerException if the server is not there; while watching that is shown instead
   */
  public void run() throws InputException, ServerException, InterruptedException {
    try (ServerProbe probe = probe()) {
      if (options.watch()) {
        watch(probe);
      } else {
        print(probe, once(probe));
      }
    }
  }

  private ServerProbe probe() throws InputException {
    try {
      return new ServerProbe(options.server(), options.timeout(), options.headers());
    } catch (IllegalArgumentException e) {
      throw new InputException("--header: " + e.getMessage());
    }
  }

  private Sample once(ServerProbe probe) throws ServerException, InterruptedException {
    if (!options.interval().isPositive()) {
      return sample(probe, Measures.NONE, clock.nanos());
    }
    Measures before = Measures.of(probe.metrics());
    long begun = clock.nanos();
    var _ = clock.pause(options.interval());
    return sample(probe, before, begun);
  }

  private Sample sample(ServerProbe probe, Measures before, long since)
      throws ServerException, InterruptedException {
    ServerState state = probe.state();
    Measures now = Measures.of(probe.metrics());
    OptionalDouble started = now.started();
    return new Sample(
        state,
        now,
        before,
        before == Measures.NONE ? Duration.ZERO : Duration.ofNanos(clock.nanos() - since),
        started.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(clock.wall().millis() / 1000.0 - started.getAsDouble()));
  }

  private void watch(ServerProbe probe) throws InterruptedException {
    Measures before = Measures.NONE;
    long then = clock.nanos();
    if (terminal && !options.json()) {
      out.print(CLEAR);
    }
    do {
      long now = clock.nanos();
      try {
        Sample sample = sample(probe, before, then);
        print(probe, sample);
        before = sample.now();
        then = now;
      } catch (ServerException e) {
        // It may come back, and then it counts anew.
        before = Measures.NONE;
        show(e.getMessage() + "\n");
      }
      out.flush();
    } while (clock.pause(options.interval()));
  }

  private void print(ServerProbe probe, Sample sample) {
    show(
        options.json()
            ? StatusJson.of(probe.server(), sample) + "\n"
            : new StatusText(screen, terminal, options.all()).of(probe.server(), sample));
  }

  /** In place of the table before, on a terminal; otherwise below it. */
  private void show(String text) {
    if (options.watch() && !options.json()) {
      out.print(
          terminal ? HOME + text.replace("\n", ERASE_LINE_END + "\n") + ERASE_BELOW : text + "\n");
    } else {
      out.print(text);
    }
  }
}
