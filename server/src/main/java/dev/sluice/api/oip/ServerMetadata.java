package dev.sluice.api.oip;

import java.util.List;

/**
 * What the server says of itself.
 *
 * @param extensions which of Triton's extensions of the protocol it has, by Triton's names
 */
public record ServerMetadata(String name, String version, List<String> extensions) {
  /** Only what really works. */
  private static final List<String> EXTENSIONS =
      List.of(
          "binary_tensor_data",
          "classification",
          "model_configuration",
          "model_repository",
          "statistics",
          "system_shared_memory");

  public ServerMetadata {
    extensions = List.copyOf(extensions);
  }

  /** Returns what a server of some version says. */
  public static ServerMetadata of(String version) {
    return new ServerMetadata("sluice", version, EXTENSIONS);
  }
}
