package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.oip.json.ControlBody;
import dev.sluice.servable.ServingException;
import java.util.Comparator;

/** Answers what clients ask and tell of memory that they share. */
final class RegionEndpoints {
  private final SharedMemory regions;

  RegionEndpoints(SharedMemory regions) {
    this.regions = regions;
  }

  /** Returns the regions, or the one of that name. */
  JsonWriter status(String name) throws ServingException {
    JsonWriter json = new JsonWriter().open('[');
    regions.status(name).stream()
        .sorted(Comparator.comparing(SharedMemory.Region::name))
        .forEach(
            region -> {
              json.open('{').name("name").value(region.name());
              json.name("key").value(region.key());
              json.name("offset").value(region.offset());
              json.name("byte_size").value(region.byteSize()).close('}');
            });
    return json.close(']');
  }

  /** Registers a region; opens a file. */
  void register(String name, ControlBody body) throws ServingException {
    Parameters members = body.members("shared memory region " + name);
    for (String member : new String[] {"key", "byte_size"}) {
      if (!members.has(member)) {
        throw ServingException.invalidArgument(
            "Shared memory region %s: expected the member \"%s\", found none"
                .formatted(name, member));
      }
    }
    regions.register(
        new SharedMemory.Region(
            name, members.text("key"), members.count("offset", 0), members.count("byte_size", 0)));
  }

  /** Takes back one registration, or all if there is no name. */
  void unregister(String name) {
    if (name.isEmpty()) {
      regions.unregisterAll();
    } else {
      regions.unregister(name);
    }
  }
}
