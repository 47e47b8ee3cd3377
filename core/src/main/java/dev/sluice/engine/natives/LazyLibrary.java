package dev.sluice.engine.natives;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.ServingException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A library that is loaded when it is first needed, and once. Thread-safe; who needs it while
 * another thread loads it waits.
 *
 * @param <L> the library's functions
 */
public final class LazyLibrary<L> {
  /**
   * Loads a library.
   *
   * @param <L> the library's functions
   */
  @FunctionalInterface
  public interface Load<L> {
    L load() throws ServingException;
  }

  private final Load<L> load;
  private final ReentrantLock loading = new ReentrantLock();

  @GuardedBy("loading")
  private @Nullable L library;

  /** Creates a library that has not been loaded. */
  public LazyLibrary(Load<L> load) {
    this.load = load;
  }

  /**
   * Returns the library, after loading it if need be. A failed attempt is repeated by the next
   * call, for a full disk may have been emptied.
   */
  public L get() throws ServingException {
    loading.lock();
    try {
      L known = library;
      if (known == null) {
        known = load.load();
        library = known;
      }
      return known;
    } finally {
      loading.unlock();
    }
  }

  /** Returns the library if it has been loaded. */
  public Optional<L> ifLoaded() {
    loading.lock();
    try {
      return Optional.ofNullable(library);
    } finally {
      loading.unlock();
    }
  }
}
