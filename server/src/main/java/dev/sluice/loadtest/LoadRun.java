package dev.sluice.loadtest;

import dev.sluice.loadtest.report.Load;
import dev.sluice.loadtest.report.Progress;
import dev.sluice.loadtest.report.Run;
import dev.sluice.loadtest.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One run: opens the connections, puts the load on, waits, and sums up. Used by one thread. */
final class LoadRun {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

  /** For answers that are still missing at the end; a deadline may be longer. */
  private static final Duration DRAIN = Duration.ofSeconds(10);

  /** The same when the user wants to end. */
  private static final Duration SHORT_DRAIN = Duration.ofSeconds(1);

  /** Between the start's announcement and the start, so that all loops begin together. */
  private static final long LEAD_NANOS = 20_000_000;

  private static final int OPEN_REST_CONNECTIONS = 64;
  private static final int GRPC_CONNECTIONS = 4;

  private final LoadSettings settings;
  private final Wires wires;
  private final Payload payload;
  private final Check check;
  private final AnswerFormat format;
  private final List<ParsedAnswer> references;
  private final UsageMeter meter;
  private final Progress progress;
  private final Stop stop;

  LoadRun(
      LoadSettings settings,
      Wires wires,
      Payload payload,
      Preflight.Checks checks,
      UsageMeter meter,
      Progress progress,
      Stop stop) {
    this.settings = settings;
    this.wires = wires;
    this.payload = payload;
    this.check = checks.check();
    this.format = checks.format();
    this.references = checks.references();
    this.meter = meter;
    this.progress = progress;
    this.stop = stop;
  }

  /** When what happens, in nanoseconds of the clock. */
  private record Times(long start, long measured, long end) {}

  /**
   * Puts a load on the server.
   *
   * @return what was measured; empty if it was stopped before anything was
   * @throws BenchException if the connections cannot be opened
   */
  Optional<Run> run(Load load) throws BenchException, InterruptedException {
    int connections = settings.connections().orElse(defaultConnections(load));
    int threads = Math.min(settings.threads(), connections);
    if (load instanceof Load.Closed(int clients)) {
      threads = Math.min(threads, clients);
    }
    List<Wire> opened = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      opened.add(
          wires.create(
              i,
              Wires.Method.PREDICT,
              payload.messages(),
              share(connections, i, threads),
              check != Check.NONE,
              settings.deadline()));
    }
    open(opened);
    long start = wires.clock().getAsLong() + LEAD_NANOS;
    long measured = start + settings.warmup().toNanos();
    Times times = new Times(start, measured, measured + settings.duration().toNanos());
    List<LoadLoop> loops = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Pacer pacer =
          switch (load) {
            case Load.Closed(int clients) -> new ClosedPacer(share(clients, i, threads), times.end);
            case Load.Open(double rate) ->
                new OpenPacer(rate / threads, settings.input().seed() + i, start, times.end);
          };
      loops.add(
          new LoadLoop(
              wires.loop(i),
              opened.get(i),
              pacer,
              new Recorder(measured),
              new AnswerCheck(check, format, references),
              wires.clock(),
              payload.messages().size()));
    }
    loops.forEach(loop -> loop.start(times.start, times.end));
    return measure(load, connections, loops, times);
  }

  private int defaultConnections(Load load) {
    return switch (settings.target().protocol()) {
      case REST -> load instanceof Load.Closed(int clients) ? clients : OPEN_REST_CONNECTIONS;
      case GRPC ->
          load instanceof Load.Closed(int clients)
              ? Math.min(clients, GRPC_CONNECTIONS)
              : GRPC_CONNECTIONS;
    };
  }

  /** Returns one part of a number that is dealt out as evenly as can be. */
  static int share(int total, int index, int parts) {
    return total / parts + (index < total % parts ? 1 : 0);
  }

  private void open(List<Wire> opened) throws BenchException, InterruptedException {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < opened.size(); i++) {
      Wire wire = opened.get(i);
      all.add(
          CompletableFuture.supplyAsync(wire::open, wires.loop(i)).thenCompose(future -> future));
    }
    CompletableFuture<Void> ready =
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    boolean done = stop.await(ready, CONNECT_PATIENCE, () -> {});
    if (!done || ready.isCompletedExceptionally()) {
      closeAll(opened);
      throw new BenchException(
          "cannot open all connections to %s: %s"
              .formatted(
                  settings.target().server(),
                  done ? Asker.message(ready.exceptionNow()) : "interrupted or too slow"));
    }
  }

  private void closeAll(List<Wire> opened) {
    for (int i = 0; i < opened.size(); i++) {
      wires.loop(i).execute(opened.get(i)::close);
    }
  }

  private Optional<Run> measure(Load load, int connections, List<LoadLoop> loops, Times times)
      throws InterruptedException {
    CompletableFuture<Void> finished =
        CompletableFuture.allOf(
            loops.stream().map(LoadLoop::finished).toArray(CompletableFuture<?>[]::new));
    progress.begin(load, settings.warmup(), settings.duration());
    Runnable show =
        () ->
            progress.show(
                Duration.ofNanos(wires.clock().getAsLong() - times.start),
                loops.stream().mapToLong(LoadLoop::answers).sum());
    stop.await(finished, until(times.measured), show);
    UsageMeter.Reading before = meter.read(wires.clock().getAsLong());
    stop.await(finished, until(times.end), show);
    boolean interrupted = stop.isRequested() && wires.clock().getAsLong() - times.end < 0;
    long stopped = wires.clock().getAsLong();
    if (interrupted) {
      loops.forEach(LoadLoop::stop);
    }
    drain(finished, loops, show);
    UsageMeter.Reading after = meter.read(wires.clock().getAsLong());
    progress.clear();
    if (stopped - times.measured <= 0) {
      return Optional.empty();
    }
    Recorder total = new Recorder(times.measured);
    loops.forEach(loop -> total.add(loop.finished().join()));
    long end = interrupted ? stopped : times.end;
    long last = end - total.lastEnd() > 0 ? end : total.lastEnd();
    return Optional.of(
        new Run(
            load,
            connections,
            loops.size(),
            Duration.ofNanos(last - times.measured),
            total.right(),
            total.failures(),
            total.latencies(),
            UsageMeter.server(before, after, total.right() + total.failed()),
            UsageMeter.tool(before, after, loops.size(), total.delay99()),
            interrupted));
  }

  private Duration until(long time) {
    return Duration.ofNanos(Math.max(0, time - wires.clock().getAsLong()));
  }

  /** Waits for the last answers; those that do not come are given up. */
  private void drain(CompletableFuture<Void> finished, List<LoadLoop> loops, Runnable show)
      throws InterruptedException {
    Duration patience = settings.deadline().filter(d -> d.compareTo(DRAIN) > 0).orElse(DRAIN);
    if (!stop.await(finished, patience, show)) {
      Stop.awaitAnyway(finished, stop.isRequested() ? SHORT_DRAIN : Duration.ZERO);
    }
    if (!finished.isDone()) {
      loops.forEach(LoadLoop::cut);
      finished.join();
    }
  }
}
