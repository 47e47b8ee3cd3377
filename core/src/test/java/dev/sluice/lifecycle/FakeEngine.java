package dev.sluice.lifecycle;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine whose loads do what the test says; without a script they succeed at once. */
final class FakeEngine implements Engine {
  /** What a version's loads do. */
  @FunctionalInterface
  interface Script {
    /** Runs on the load thread, before the servable is made; throws to fail the load. */
    void load(int attempt) throws ServingException;
  }

  private final Map<ServableId, Script> scripts = new ConcurrentHashMap<>();
  private final Map<ServableId, Long> sizes = new ConcurrentHashMap<>();
  private final Map<ServableId, AtomicInteger> attempts = new ConcurrentHashMap<>();

  /** How many servables are loaded now. */
  final AtomicInteger loaded = new AtomicInteger();

  void script(ServableId id, Script script) {
    scripts.put(id, script);
  }

  void size(ServableId id, long bytes) {
    sizes.put(id, bytes);
  }

  int attempts(ServableId id) {
    return attempts.getOrDefault(id, new AtomicInteger()).get();
  }

  static Script failing() {
    return attempt -> {
      throw new ServingException(Code.DATA_LOSS, "broken, try " + attempt);
    };
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public boolean recognizes(Path directory) {
    return true;
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new FakeLoader(version.id());
  }

  private final class FakeLoader implements Loader {
    private final ServableId id;
    private FakeServable servable = new FakeServable();

    FakeLoader(ServableId id) {
      this.id = id;
    }

    @Override
    public ResourceEstimate estimate() {
      return new ResourceEstimate(sizes.getOrDefault(id, 1L));
    }

    @Override
    public Servable load() throws ServingException {
      int attempt = attempts.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
      Script script = scripts.get(id);
      if (script != null) {
        script.load(attempt);
      }
      loaded.incrementAndGet();
      servable = new FakeServable();
      return servable;
    }

    @Override
    public void unload() {
      servable.unload();
      loaded.decrementAndGet();
    }
  }
}
