package dev.sluice.engine.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostEnvironmentTest {
  private static final Path TEMPORARY = Path.of("/tmp");

  @Test
  void cacheLiesInTheUsersHome() {
    HostEnvironment host = HostEnvironment.of("Linux", "amd64", "/home/u", TEMPORARY, Map.of());
    assertEquals(Path.of("/home/u/.cache/sluice"), host.cacheHome());
    assertEquals(Optional.of(Path.of("/tmp/sluice")), host.secondCacheHome());
  }

  @Test
  void cacheVariableMovesIt() {
    HostEnvironment host =
        HostEnvironment.of(
            "Linux", "amd64", "/home/u", TEMPORARY, Map.of("XDG_CACHE_HOME", "/big"));
    assertEquals(Path.of("/big/sluice"), host.cacheHome());
    assertEquals(Optional.empty(), host.secondCacheHome());
  }

  @Test
  void emptyOrRelativeVariableIsIgnored() {
    for (String value : new String[] {"", "cache"}) {
      HostEnvironment host =
          HostEnvironment.of(
              "Linux", "amd64", "/home/u", TEMPORARY, Map.of("XDG_CACHE_HOME", value));
      assertEquals(Path.of("/home/u/.cache/sluice"), host.cacheHome());
    }
  }

  @Test
  void platformsAreNamedAsTheArtifactsAre() {
    assertEquals("linux-x86_64", platform("Linux", "amd64"));
    assertEquals("linux-arm64", platform("Linux", "aarch64"));
    assertEquals("mac-os-x-arm64", platform("Mac OS X", "aarch64"));
    assertEquals("linux-riscv64", platform("Linux", "riscv64"));
  }

  private static String platform(String osName, String osArch) {
    return HostEnvironment.of(osName, osArch, "/", TEMPORARY, Map.of()).platform();
  }
}
