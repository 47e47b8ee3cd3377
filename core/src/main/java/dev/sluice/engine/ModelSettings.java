package dev.sluice.engine;

import dev.sluice.servable.ModelVersion;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says of one version, beside its files: what those do not tell, and what is to
 * be otherwise than the flags have it.
 *
 * @param platform one of the platforms of the engine that reads it; {@link
 *     ModelVersion#ANY_PLATFORM} if nothing is said
 * @param modelFile the name of the model's file, or folder, in the version's directory; empty for
 *     the one that the engine looks for by itself
 * @param signatures by key; {@link dev.sluice.servable.Signature#DEFAULT_KEY} also stands for the
 *     only signature of a model, whatever its key
 */
public record ModelSettings(
    String platform,
    String modelFile,
    Map<String, Declaration> signatures,
    Threads threads,
    Batching batching) {
  /** Nothing is said. */
  public static final ModelSettings NONE =
      new ModelSettings(ModelVersion.ANY_PLATFORM, "", Map.of(), Threads.UNSAID, Batching.UNSAID);

  public ModelSettings {
    Objects.requireNonNull(platform, "platform");
    Objects.requireNonNull(modelFile, "modelFile");
    signatures = Map.copyOf(signatures);
  }

  /**
   * What a signature takes and gives. An engine whose files do not tell takes it from here, in this
   * order; of one that knows, single tensors are named otherwise or more closely described.
   */
  public record Declaration(List<TensorDeclaration> inputs, List<TensorDeclaration> outputs) {
    public Declaration {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * One input or output.
   *
   * @param name what the model calls it
   * @param rename what clients are to call it; empty: the same
   * @param dtype null if nothing is said
   * @param shape null if nothing is said
   */
  public record TensorDeclaration(
      String name, String rename, @Nullable DataType dtype, @Nullable Shape shape) {
    /** Returns what clients call it. */
    public String alias() {
      return rename.isEmpty() ? name : rename;
    }
  }

  /**
   * Numbers of threads, in place of what flags say.
   *
   * @param intraOp within one operation
   * @param interOp across operations
   * @param lanes how many runs there may be at once
   */
  public record Threads(OptionalInt intraOp, OptionalInt interOp, OptionalInt lanes) {
    /** Nothing is said. */
    public static final Threads UNSAID =
        new Threads(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

    private Threads over(Threads below) {
      return new Threads(
          first(intraOp, below.intraOp), first(interOp, below.interOp), first(lanes, below.lanes));
    }
  }

  /**
   * How requests share runs, in place of what flags say.
   *
   * @param enabled whether they do
   * @param mostRows how many rows requests that share a run may have together
   * @param objective within what time answers are wanted; zero: nothing is refused for that
   */
  public record Batching(
      Optional<Boolean> enabled, OptionalInt mostRows, Optional<Duration> objective) {
    /** Nothing is said. */
    public static final Batching UNSAID =
        new Batching(Optional.empty(), OptionalInt.empty(), Optional.empty());

    private Batching over(Batching below) {
      return new Batching(
          enabled.or(() -> below.enabled),
          first(mostRows, below.mostRows),
          objective.or(() -> below.objective));
    }
  }

  /** Returns what these say and, where they say nothing, what others say. */
  public ModelSettings over(ModelSettings below) {
    Map<String, Declaration> all = new HashMap<>(below.signatures);
    all.putAll(signatures);
    return new ModelSettings(
        platform.isEmpty() ? below.platform : platform,
        modelFile.isEmpty() ? below.modelFile : modelFile,
        all,
        threads.over(below.threads),
        batching.over(below.batching));
  }

  /**
   * Returns where the model's file is.
   *
   * @param usual the name that the engine looks for if nothing is said
   */
  public Path file(Path directory, String usual) {
    return directory.resolve(modelFile.isEmpty() ? usual : modelFile);
  }

  private static OptionalInt first(OptionalInt own, OptionalInt below) {
    return own.isPresent() ? own : below;
  }
}
