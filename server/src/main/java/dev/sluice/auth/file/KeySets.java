package dev.sluice.auth.file;

import dev.sluice.auth.verify.KeySet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The key sets of all issuers, which outlive a new reading of the file. Of one thread. */
final class KeySets {
  /** A file costs nothing to look at. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration FILE_PERIOD = Duration.ZERO;

  private final InstantSource clock;
  private final Consumer<String> warnings;
  private Map<Source, KeySet> sets = new HashMap<>();

  /** Where keys are. */
  sealed interface Source {
    /** In a file. */
    record InFile(Path file) implements Source {}

    /**
     * At a URL of the scheme https.
     *
     * @param ca the certificates that the host is trusted by, beside none of the JDK's; empty for
     *     the JDK's
     */
    record Remote(String url, Optional<Path> ca, Duration period) implements Source {}
  }

  KeySets(InstantSource clock, Consumer<String> warnings) {
    this.clock = clock;
    this.warnings = warnings;
  }

  /** Returns the keys of a source, which are fetched once {@link #refresh} is called. */
  KeySet of(Source source) {
    return sets.computeIfAbsent(source, this::create);
  }

  private KeySet create(Source source) {
    return switch (source) {
      case Source.InFile(Path file) ->
          new KeySet(file.toString(), () -> Files.readString(file), FILE_PERIOD, clock, warnings);
      case Source.Remote(String url, Optional<Path> ca, Duration period) ->
          new KeySet(url, new RemoteText(url, ca, PATIENCE), period, clock, warnings);
    };
  }

  /** Forgets all others. */
  void retain(Collection<Source> sources) {
    Map<Source, KeySet> kept = new HashMap<>(sets);
    kept.keySet().retainAll(sources);
    sets = kept;
  }

  /** Fetches what is due; returns true if a key has changed. */
  boolean refresh() throws InterruptedException {
    boolean changed = false;
    for (KeySet set : List.copyOf(sets.values())) {
      changed |= set.refresh();
    }
    return changed;
  }
}
