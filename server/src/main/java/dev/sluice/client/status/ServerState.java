package dev.sluice.client.status;

import java.util.List;

/**
 * What a server tells of itself at one moment.
 *
 * @param name of the program, with its version
 * @param ready whether it wants traffic
 * @param versions by model, the lowest version first
 */
public record ServerState(String name, boolean ready, List<VersionState> versions) {
  public ServerState {
    versions = List.copyOf(versions);
  }
}
