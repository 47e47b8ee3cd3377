package dev.sluice.lifecycle;

import dev.sluice.engine.Loader;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.natives.NativeHeap;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServingException;
import dev.sluice.source.Fingerprint;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One try to load one version: reserve memory, load, decorate.
 *
 * <p>Runs on a load thread. It touches nothing of the manager but the thread-safe budget; what
 * happened goes back as a message. A failed try leaves nothing loaded and nothing reserved.
 */
final class LoadAttempt implements Runnable {
  /** How a try ended. */
  sealed interface Result {
    /** Loaded; {@code reservedBytes} are to be released after the unload. */
    record Loaded(Loader loader, Servable servable, long reservedBytes) implements Result {}

    /**
     * Failed.
     *
     * @param mayChange true if trying again may help
     * @param fingerprint of the files before the try began
     */
    record Failed(ServingException failure, boolean mayChange, long fingerprint)
        implements Result {}

    /** Not tried: so much memory is not left. */
    record NoMemory(long bytes) implements Result {}

    /**
     * Not tried: the machine has not so much memory.
     *
     * @param estimate what the version takes at least; what is expected may be more
     * @param fingerprint of the files before
     */
    record Refused(ServingException failure, long estimate, long fingerprint) implements Result {}
  }

  /** What every try needs. */
  record Tools(
      LoaderFactory loaders,
      List<ServableDecorator> decorators,
      MemoryBudget budget,
      MemoryGuard memory,
      Fingerprint fingerprint) {}

  private enum Claim {
    QUEUED,
    RUNNING,
    CANCELLED
  }

  private final ModelVersion version;
  private final Tools tools;
  private final Runnable began;
  private final Consumer<Result> ended;
  private final AtomicReference<Claim> claim = new AtomicReference<>(Claim.QUEUED);

  /**
   * Creates a try.
   *
   * @param began called when memory is reserved and loading is about to start
   * @param ended called once, unless cancelled
   */
  LoadAttempt(ModelVersion version, Tools tools, Runnable began, Consumer<Result> ended) {
    this.version = version;
    this.tools = tools;
    this.began = began;
    this.ended = ended;
  }

  /** Returns true if the try had not begun and never will. */
  boolean cancel() {
    return claim.compareAndSet(Claim.QUEUED, Claim.CANCELLED);
  }

  @Override
  public void run() {
    if (claim.compareAndSet(Claim.QUEUED, Claim.RUNNING)) {
      ended.accept(attempt());
    }
  }

  /** Ends a try that found no thread to run on; it may find one later. */
  void refuse(OutOfMemoryError noThread) {
    if (claim.compareAndSet(Claim.QUEUED, Claim.RUNNING)) {
      ended.accept(new Result.Failed(internal(noThread), true, 0));
    }
  }

  private Result attempt() {
    long fingerprint = 0; // if none can be taken, any later one differs
    try {
      fingerprint = tools.fingerprint().of(version);
      return switch (tools.loaders().choose(version)) {
        case LoaderFactory.Choice.Found(Loader loader) -> reserveAndLoad(loader, fingerprint);
        case LoaderFactory.Choice.None(ServingException reason, boolean mayChange) ->
            new Result.Failed(reason, mayChange, fingerprint);
      };
    } catch (ServingException e) {
      return new Result.Failed(e, true, fingerprint);
    } catch (Throwable t) {
      // Engines are foreign code: running out of memory, a missing library or a bug there costs
      // this version only.
      return new Result.Failed(internal(t), true, fingerprint);
    }
  }

  private Result reserveAndLoad(Loader loader, long fingerprint) throws ServingException {
    long bytes = estimate(loader);
    if (!tools.budget().tryReserve(bytes)) {
      return new Result.NoMemory(bytes);
    }
    Result result = null;
    try {
      result = loadIntoMemory(loader, bytes, fingerprint);
      return result;
    } finally {
      if (!(result instanceof Result.Loaded)) {
        tools.budget().release(bytes);
      }
    }
  }

  private Result loadIntoMemory(Loader loader, long bytes, long fingerprint)
      throws ServingException {
    MemoryGuard.Load load;
    try {
      load = tools.memory().begin(version, bytes);
    } catch (ServingException noMemory) {
      return new Result.Refused(noMemory, bytes, fingerprint);
    }
    boolean loaded = false;
    try {
      began.run();
      Servable servable = decorate(loader, loader.load());
      loaded = true;
      return new Result.Loaded(loader, servable, bytes);
    } finally {
      load.ended(loaded);
    }
  }

  private long estimate(Loader loader) throws ServingException {
    ServingException failure;
    try {
      return loader.estimate().memoryBytes();
    } catch (ServingException e) {
      failure = e;
    } catch (RuntimeException e) {
      failure = internal(e);
    }
    throw new ServingException(
        failure.code(),
        "Error while attempting to reserve resources to load servable %s: %s"
            .formatted(version.id(), failure.text()));
  }

  private Servable decorate(Loader loader, Servable innermost) throws ServingException {
    Servable outermost = innermost;
    boolean decorated = false;
    try {
      for (ServableDecorator decorator : tools.decorators()) {
        outermost = decorator.decorate(version, outermost);
      }
      decorated = true;
      return outermost;
    } finally {
      if (!decorated) {
        free(loader, outermost);
      }
    }
  }

  /** Frees what was loaded: first what the servable started, then the model itself. */
  static void free(Loader loader, Servable servable) {
    try {
      servable.close();
    } finally {
      try {
        loader.unload();
      } finally {
        NativeHeap.giveBack();
      }
    }
  }

  /** Returns a failure for something that nobody foresaw. */
  static ServingException internal(Throwable cause) {
    String message = cause.getMessage();
    String text = cause.getClass().getSimpleName();
    return new ServingException(
        Code.INTERNAL, message == null || message.isEmpty() ? text : text + ": " + message);
  }
}
