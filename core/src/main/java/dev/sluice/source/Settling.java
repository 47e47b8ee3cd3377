package dev.sluice.source;

import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells versions that are whole from those that somebody is still copying: a model that is loaded
 * before its variables are there loads all the same, takes over, and answers nothing.
 *
 * <p>What is there at the first look for a model counts as whole, so that a start waits for
 * nothing. A version that appears later is whole if nothing in it has changed for {@link #QUIET},
 * as after a rename into place, or if it is the same at two looks that are at least {@link #GAP}
 * apart. One that never comes to rest is taken as it is after {@link #PATIENCE}. Between looks,
 * time is not the wall clock's, which may be set back: then nothing would be whole for as long.
 *
 * <p>Models that share a base path may see different versions of it, at the same moment, so each
 * has a record of its own. Thread-safe; of one model at most one look is under way.
 */
final class Settling {
  static final Duration QUIET = Duration.ofSeconds(2);
  static final Duration GAP = Duration.ofMillis(500);
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Fingerprint fingerprint = new DirectoryFingerprint();
  private final Map<Watched, Versions> watched = new ConcurrentHashMap<>();

  /**
   * Creates a record of nothing.
   *
   * @param clock the one that files have their times from
   * @param nanoTime goes on evenly, as {@link System#nanoTime}
   */
  Settling(InstantSource clock, LongSupplier nanoTime) {
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** A model and where it lies; which of its versions are wanted does not matter. */
  private record Watched(String name, Path basePath) {
    static Watched of(WatchedModel model) {
      return new Watched(model.name(), model.basePath());
    }
  }

  /** What is known of one model's versions. */
  private static final class Versions {
    private final Set<Path> whole = new HashSet<>();
    private final Map<Path, Unsettled> unsettled = new HashMap<>();
  }

  /**
   * A version that was not whole.
   *
   * @param fingerprint of its files
   * @param at when they were first seen so, in nanoseconds
   * @param since when it was first seen at all, in nanoseconds
   */
  private record Unsettled(long fingerprint, long at, long since) {}

  /** A look for a model begins; returns true if it is the first, whatever it will find. */
  boolean begin(WatchedModel model) {
    return watched.putIfAbsent(Watched.of(model), new Versions()) == null;
  }

  /** Forgets all other models. */
  void retain(Collection<WatchedModel> models) {
    watched.keySet().retainAll(models.stream().map(Watched::of).collect(Collectors.toSet()));
  }

  /**
   * Returns the versions that are whole.
   *
   * @param versions all that the look found
   * @param first what {@link #begin} said of this look
   */
  Set<Path> whole(WatchedModel model, Collection<Path> versions, boolean first) {
    Versions known = watched.computeIfAbsent(Watched.of(model), absent -> new Versions());
    synchronized (known) {
      known.whole.retainAll(versions);
      known.unsettled.keySet().retainAll(versions);
      for (Path version : versions) {
        if (!known.whole.contains(version) && (first || hasSettled(version, known))) {
          known.whole.add(version);
          known.unsettled.remove(version);
        }
      }
      return Set.copyOf(known.whole);
    }
  }

  private boolean hasSettled(Path version, Versions known) {
    if (lastChange(version).isBefore(clock.instant().minus(QUIET))) {
      return true;
    }
    long now = nanoTime.getAsLong();
    long found = fingerprint.of(new ModelVersion(new ServableId("", 0), "", version));
    Unsettled before = known.unsettled.get(version);
    if (before != null && before.fingerprint() == found) {
      return now - before.at() >= GAP.toNanos();
    }
    long since = before == null ? now : before.since();
    known.unsettled.put(version, new Unsettled(found, now, since));
    return now - since > PATIENCE.toNanos();
  }

  /** Returns when something in a version last changed; its own directory counts if it is empty. */
  private static Instant lastChange(Path version) {
    try (Stream<Path> content = Files.walk(version)) {
      return content
          .filter(path -> !path.equals(version))
          .map(Settling::changeTime)
          .reduce((one, other) -> one.isAfter(other) ? one : other)
          .orElseGet(() -> changeTime(version));
    } catch (IOException | UncheckedIOException e) {
      return Instant.MAX; // it is changing
    }
  }

  /** Not the time of modification, which a copy may set to that of the original. */
  private static Instant changeTime(Path path) {
    try {
      return Files.getAttribute(path, "unix:ctime") instanceof FileTime time
          ? time.toInstant()
          : Instant.MAX;
    } catch (IOException | UnsupportedOperationException e) {
      return Instant.MAX;
    }
  }
}
