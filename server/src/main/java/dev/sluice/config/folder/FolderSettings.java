package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.SettingsSource;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.DirectoryFingerprint;
import dev.sluice.source.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Reads what the files beside a version say of it: {@code config.pbtxt} in the model's folder,
 * {@code sluice.yaml} there, which goes before it, and {@code sluice.yaml} in the version's own
 * directory, which goes before both. Thread-safe.
 *
 * <p>The model's folder is the one that the version's directory is in; of a model without versions,
 * whose files lie in its folder itself, it is that.
 */
public final class FolderSettings implements SettingsSource {
  private final boolean readsTriton;
  private final Confinement confinement;
  private final Consumer<String> warnings;
  private final Fingerprint ofVersion = new DirectoryFingerprint();

  /** The last warning of each model, so that it is given once. */
  private final Map<String, String> warned = new ConcurrentHashMap<>();

  /**
   * Creates a reader of models that may lie anywhere.
   *
   * @param readsTriton false if a {@code config.pbtxt} is none of the server's business
   * @param warnings takes what of it changes nothing, one line a model
   */
  public FolderSettings(boolean readsTriton, Consumer<String> warnings) {
    this(readsTriton, List.of(), warnings);
  }

  /**
   * Creates a reader.
   *
   * @param readsTriton false if a {@code config.pbtxt} is none of the server's business
   * @param roots out of which no link may lead; none if models may lie anywhere
   * @param warnings takes what of it changes nothing, one line a model
   */
  public FolderSettings(boolean readsTriton, List<Path> roots, Consumer<String> warnings) {
    this.readsTriton = readsTriton;
    this.confinement = new Confinement(roots);
    this.warnings = warnings;
  }

  @Override
  public ModelSettings of(ModelVersion version) throws ServingException {
    Path folder = modelFolder(version);
    requireInside(version, folder);
    try {
      ModelSettings settings = sidecar(folder).over(triton(version.id(), folder));
      return folder.equals(version.path()) ? settings : sidecar(version.path()).over(settings);
    } catch (ConfigException e) {
      throw new ServingException(
          e.code(), "The settings of %s cannot be used: %s".formatted(version.id(), e.text()));
    }
  }

  private void requireInside(ModelVersion version, Path folder) throws ServingException {
    Optional<Path> leaving;
    try {
      leaving = confinement.leavingFrom(version.path());
      for (String name : List.of(TritonConfig.FILE, Sidecar.FILE)) {
        Path file = folder.resolve(name);
        if (Files.exists(file) && !confinement.contains(file)) {
          leaving = Optional.of(file);
        }
      }
    } catch (IOException e) {
      throw ServingException.invalidArgument(
          "The files of %s cannot be looked at: %s".formatted(version.id(), e));
    }
    if (leaving.isPresent()) {
      throw new ServingException(
          Code.PERMISSION_DENIED,
          "%s is not loaded: expected links within --model_repository, found %s, which leads out"
              .formatted(version.id(), leaving.get()));
    }
  }

  /** Returns a source of what the files say and, where they say nothing, what another one says. */
  public SettingsSource over(SettingsSource below) {
    return version -> of(version).over(below.of(version));
  }

  /**
   * Returns the fingerprint of a version's files and of those that say something of it, so that it
   * is tried again when either have been repaired.
   */
  public Fingerprint fingerprint() {
    return version -> {
      Path folder = modelFolder(version);
      long sum = ofVersion.of(version);
      if (!folder.equals(version.path())) {
        for (String name : List.of(TritonConfig.FILE, Sidecar.FILE)) {
          sum = 31 * sum + stamp(folder.resolve(name));
        }
      }
      return sum;
    };
  }

  /**
   * Returns true if a directory has a {@code sluice.yaml} that names the model's file, and that
   * file: then it is a model, whatever the file is called.
   */
  public static boolean isModel(Path directory) {
    try {
      ModelSettings settings = sidecar(directory);
      return !settings.modelFile().isEmpty() && Files.exists(settings.file(directory, ""));
    } catch (ConfigException e) {
      return false;
    }
  }

  /** Returns a number that differs, all but certainly, when a file has been written. */
  static long stamp(Path file) {
    try {
      return stamp(Files.readAttributes(file, BasicFileAttributes.class));
    } catch (IOException e) {
      return -1;
    }
  }

  static long stamp(BasicFileAttributes found) {
    return 31 * found.lastModifiedTime().toMillis() + found.size();
  }

  /** A directory is a version's own if its name is the number. */
  private static Path modelFolder(ModelVersion version) {
    Path directory = version.path();
    Path parent = directory.getParent();
    boolean numbered =
        directory.getFileName() != null
            && isNumber(directory.getFileName().toString().strip(), version.id().version());
    return numbered && parent != null ? parent : directory;
  }

  /** Names of directories may have leading zeros and a sign. */
  private static boolean isNumber(String name, long number) {
    try {
      return Long.parseLong(name) == number;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static ModelSettings sidecar(Path folder) throws ConfigException {
    Path file = folder.resolve(Sidecar.FILE);
    return Files.exists(file) ? Sidecar.read(file) : ModelSettings.NONE;
  }

  private ModelSettings triton(ServableId id, Path folder) throws ConfigException {
    Path file = folder.resolve(TritonConfig.FILE);
    if (!readsTriton || !Files.exists(file)) {
      return ModelSettings.NONE;
    }
    TritonConfig config = TritonConfig.read(file);
    warn(id.model(), file, UnusedFields.of(config.message()));
    return config.settings();
  }

  private void warn(String model, Path file, Collection<String> unused) {
    String warning =
        unused.isEmpty()
            ? ""
            : "Model %s: these fields of %s change nothing here: %s"
                .formatted(model, file, String.join(", ", unused));
    if (!warning.equals(warned.put(model, warning)) && !warning.isEmpty()) {
      warnings.accept(warning);
    }
  }

  /** Returns true if a name, resolved against a directory, cannot lead out of it. */
  static boolean isInside(String name) {
    try {
      Path path = Path.of(name);
      return !path.isAbsolute() && !path.normalize().startsWith("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
