package dev.sluice.health;

import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks again and again whether the server is healthy: whether runs end, event loops come round,
 * and the models that are required can be used.
 *
 * <p>{@link #start} and {@link #close} are called once each; {@link #report} and {@link #isStale}
 * by anybody, at any time.
 */
public final class HealthMonitor implements AutoCloseable {
  /** Between two looks. */
  static final Duration PERIOD = Duration.ofMillis(250);

  /** After so long without a look what is reported may be wrong. */
  private static final Duration STALE = Duration.ofSeconds(5);

  private static final Comparator<ServableId> BY_NAME =
      Comparator.comparing(ServableId::model).thenComparingLong(ServableId::version);

  private static final System.Logger LOG = System.getLogger(HealthMonitor.class.getName());

  /**
   * What the monitor looks at. None of it may block.
   *
   * @param runs the runs under way of each version that requests can reach
   * @param states all versions ever seen, by model
   * @param wanted the models that are configured, but for those that clients have unloaded
   * @param loops the event loops
   */
  public record Subjects(
      Supplier<Map<ServableId, List<RunUnderWay>>> runs,
      Supplier<Map<String, List<VersionStatus>>> states,
      Supplier<Set<String>> wanted,
      List<? extends Executor> loops) {}

  private final HealthOptions options;
  private final Subjects subjects;
  private final Consumer<HealthReport> listener;
  private final LongSupplier nanoTime;
  private final RunWatch runs;
  private final List<Pulse> pulses;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile HealthReport report = HealthReport.NOTHING;
  private volatile long lastLook;

  /**
   * Creates a monitor by the system's clock.
   *
   * @param listener is told after every look, on the monitor's thread; it must not block. The
   *     report is the same object as long as nothing changes
   */
  public HealthMonitor(HealthOptions options, Subjects subjects, Consumer<HealthReport> listener) {
    this(options, subjects, listener, System::nanoTime);
  }

  HealthMonitor(
      HealthOptions options,
      Subjects subjects,
      Consumer<HealthReport> listener,
      LongSupplier nanoTime) {
    this.options = options;
    this.subjects = subjects;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.runs = new RunWatch(options.wedgedAfter());
    this.pulses = subjects.loops().stream().map(Pulse::new).toList();
    this.lastLook = nanoTime.getAsLong();
  }

  /** Looks once, on the calling thread, and from then on again and again on a thread of its own. */
  public void start() {
    look();
    Thread.ofPlatform().daemon().name("health").start(this::run);
  }

  private void run() {
    try {
      while (!closed.await(PERIOD.toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          look();
        } catch (RuntimeException | Error bug) {
          // The root of this thread: without it nobody would see what comes next.
          LOG.log(System.Logger.Level.ERROR, "Looking for what is wrong failed", bug);
        }
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread; an interrupt can only mean that it should end.
      Thread.currentThread().interrupt();
    }
  }

  /** Returns what was found last. Never blocks. */
  public HealthReport report() {
    return report;
  }

  /** Returns true if there has been no look for so long that the report means nothing. */
  public boolean isStale() {
    return nanoTime.getAsLong() - lastLook > STALE.toNanos();
  }

  /** Looks once. */
  void look() {
    long now = nanoTime.getAsLong();
    // A longer pause was one of the whole process, in which nothing else could go on either.
    long gap = Math.min(now - lastLook, 2 * PERIOD.toNanos());
    lastLook = now;
    Map<ServableId, RunWatch.Wedge> wedges = runs.look(subjects.runs().get(), gap);
    long silent = 0;
    for (Pulse pulse : pulses) {
      silent = Math.max(silent, pulse.look(gap));
    }
    HealthReport found = judge(wedges, silent);
    if (!found.equals(report)) {
      report = found;
    }
    listener.accept(report);
  }

  private HealthReport judge(Map<ServableId, RunWatch.Wedge> wedges, long silentNanos) {
    Map<String, List<VersionStatus>> states = subjects.states().get();
    Set<String> wanted = subjects.wanted().get();
    Set<String> required = options.required().of(wanted);
    List<String> troubles = new ArrayList<>();
    if (silentNanos > Pulse.BOUND.toNanos()) {
      troubles.add("an event loop has not come round for more than " + seconds(Pulse.BOUND));
    }
    wedges.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(BY_NAME))
        .forEach(entry -> troubles.add(wedged(entry.getKey(), entry.getValue())));
    for (String model : required) {
      List<VersionStatus> versions = states.getOrDefault(model, List.of());
      if (!isAvailable(versions)) {
        troubles.add(missing(model, versions));
      }
    }
    return new HealthReport(
        isLive(wedges, silentNanos),
        troubles,
        models(states, List.of(wanted, required), wedges.keySet()),
        wedges.keySet());
  }

  private boolean isLive(Map<ServableId, RunWatch.Wedge> wedges, long silentNanos) {
    long most = options.unliveAfter().toNanos();
    return silentNanos <= Pulse.DEAD.toNanos()
        && (most == 0 || wedges.values().stream().noneMatch(wedge -> wedge.beyondNanos() > most));
  }

  private static Map<String, Boolean> models(
      Map<String, List<VersionStatus>> states, List<Set<String>> named, Set<ServableId> wedged) {
    Map<String, Boolean> models = new HashMap<>();
    named.forEach(names -> names.forEach(name -> models.put(name, false)));
    states.forEach((name, versions) -> models.put(name, isAvailable(versions)));
    wedged.forEach(id -> models.put(id.model(), false));
    return models;
  }

  private static boolean isAvailable(List<VersionStatus> versions) {
    return versions.stream().anyMatch(status -> status.state() == VersionState.AVAILABLE);
  }

  private static String wedged(ServableId id, RunWatch.Wedge wedge) {
    return "model %s: version %d has a run under way for more than %s"
        .formatted(id.model(), id.version(), seconds(Duration.ofNanos(wedge.boundNanos())));
  }

  private static String missing(String model, List<VersionStatus> versions) {
    if (versions.isEmpty()) {
      return "model %s: it is required, and no version of it has been found".formatted(model);
    }
    VersionStatus latest = versions.getFirst();
    String reason =
        latest.health().isOk() ? latest.state().toString() : "failed: " + latest.health();
    return "model %s: it is required, and no version of it is available; version %d: %s"
        .formatted(model, latest.id().version(), reason.replace('\n', ' '));
  }

  private static String seconds(Duration duration) {
    return "%.1f s".formatted(duration.toNanos() / 1e9);
  }

  /** Looks no more. */
  @Override
  public void close() {
    closed.countDown();
  }
}
