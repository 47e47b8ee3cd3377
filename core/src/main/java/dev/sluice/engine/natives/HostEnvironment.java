package dev.sluice.engine.natives;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What engines must know of the machine; the one place where they look at the process's
 * environment.
 *
 * @param platform system and processor, such as {@code linux-x86_64}
 * @param cacheHome where unpacked libraries are kept
 * @param secondCacheHome where they are kept if the first cannot be written; empty if the operator
 *     has chosen the first
 */
public record HostEnvironment(String platform, Path cacheHome, Optional<Path> secondCacheHome) {
  /** The variable that moves the cache. */
  static final String CACHE_VARIABLE = "XDG_CACHE_HOME";

  /** Returns what this process sees. */
  public static HostEnvironment ofProcess() {
    return of(
        System.getProperty("os.name", ""),
        System.getProperty("os.arch", ""),
        System.getProperty("user.home", ""),
        Path.of(System.getProperty("java.io.tmpdir", "/tmp")),
        System.getenv());
  }

  /** Derives the environment from what Java and the shell say. */
  static HostEnvironment of(
      String osName,
      String osArch,
      String userHome,
      Path temporary,
      Map<String, String> environment) {
    String chosen = environment.getOrDefault(CACHE_VARIABLE, "");
    // The XDG specification has relative paths ignored.
    boolean isChosen = !chosen.isEmpty() && Path.of(chosen).isAbsolute();
    Path base = isChosen ? Path.of(chosen) : Path.of(userHome, ".cache");
    return new HostEnvironment(
        platform(osName, osArch),
        base.resolve("sluice"),
        isChosen ? Optional.empty() : Optional.of(temporary.resolve("sluice")));
  }

  private static String platform(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT).replace(' ', '-');
    String arch =
        switch (osArch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> osArch;
        };
    return os + "-" + arch;
  }
}
