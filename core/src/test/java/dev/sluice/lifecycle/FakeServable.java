package dev.sluice.lifecycle;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.TensorAllocator;
import java.util.Map;

/** Knows whether it is closed and unloaded, in that order and once each. */
final class FakeServable implements Servable {
  private volatile boolean closed;
  private volatile boolean unloaded;

  boolean isUsable() {
    return !closed && !unloaded;
  }

  boolean isFreed() {
    return closed && unloaded;
  }

  @Override
  public Map<String, Signature> signatures() {
    return Map.of();
  }

  @Override
  public TensorAllocator allocator() {
    throw new UnsupportedOperationException("runs nothing");
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    throw new UnsupportedOperationException("runs nothing");
  }

  @Override
  public void close() {
    if (closed || unloaded) {
      throw new IllegalStateException("closed twice, or after unload");
    }
    closed = true;
  }

  void unload() {
    if (!closed || unloaded) {
      throw new IllegalStateException("unloaded twice, or before close");
    }
    unloaded = true;
  }
}
