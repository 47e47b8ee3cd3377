package dev.sluice.api.oip;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The regions of shared memory that clients have registered, in which inputs may lie and outputs be
 * put. Thread-safe.
 *
 * <p>A region is read and written by the file calls of the operating system, not through a mapping:
 * they cost about as much, for either way the values are copied once, and a client that cuts its
 * file short gets an error where a mapping would end the server.
 */
public final class SharedMemory {
  /** Where shm_open has its files. */
  public static final Path SYSTEM_DIRECTORY = Path.of("/dev/shm");

  /** Each holds a file descriptor. */
  static final int MOST_REGIONS = 1024;

  /** Characters of a region's name, which is kept and told in messages. */
  static final int LONGEST_NAME = 255;

  private final Path directory;
  private final Map<String, OpenRegion> regions = new ConcurrentHashMap<>();

  /**
   * What a client has registered.
   *
   * @param key the name that shm_open was given, with or without the slash
   * @param offset where the region begins in its file, in bytes
   */
  public record Region(String name, String key, long offset, long byteSize) {}

  /** Creates a registry of regions in files of a directory. */
  public SharedMemory(Path directory) {
    this.directory = directory;
  }

  /**
   * Registers a region. Opens a file, so it is not for an event loop.
   *
   * @throws ServingException INVALID_ARGUMENT if there is no such memory, ALREADY_EXISTS if the
   *     name is taken, RESOURCE_EXHAUSTED if there are too many
   */
  public void register(Region region) throws ServingException {
    if (region.name().isEmpty()) {
      throw ServingException.invalidArgument(
          "expected a name for a region of shared memory, found none");
    }
    if (region.name().length() > LONGEST_NAME) {
      throw ServingException.invalidArgument(
          "Shared memory region %.32s...: expected a name of at most %d characters, found %d"
              .formatted(region.name(), LONGEST_NAME, region.name().length()));
    }
    if (regions.size() >= MOST_REGIONS) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "Shared memory region %s: expected at most %d regions, found %d registered"
              .formatted(region.name(), MOST_REGIONS, regions.size()));
    }
    OpenRegion opened = OpenRegion.open(directory, region);
    if (regions.putIfAbsent(region.name(), opened) != null) {
      opened.close();
      throw new ServingException(
          Code.ALREADY_EXISTS,
          "Shared memory region %s: expected a new name, found it registered"
              .formatted(region.name()));
    }
  }

  /**
   * Returns what is registered.
   *
   * @param name of one region; empty for all, in no particular order
   * @throws ServingException NOT_FOUND if there is none of that name
   */
  public Collection<Region> status(String name) throws ServingException {
    return name.isEmpty()
        ? regions.values().stream().map(OpenRegion::region).toList()
        : List.of(find(name).region());
  }

  /** Takes back a registration, if there is one; requests under way that use it may fail. */
  public void unregister(String name) {
    OpenRegion region = regions.remove(name);
    if (region != null) {
      region.close();
    }
  }

  /** Takes back all registrations. */
  public void unregisterAll() {
    regions.keySet().forEach(this::unregister);
  }

  /**
   * Returns what reads the values of an input.
   *
   * @throws ServingException NOT_FOUND if there is no such region, INVALID_ARGUMENT if it is
   *     smaller
   */
  public RawBytes open(RegionSlice slice) throws ServingException {
    OpenRegion region = find(slice.region());
    region.check(slice);
    return new RegionRawBytes(region, slice);
  }

  /**
   * Writes an output.
   *
   * @return how many bytes there are of it
   * @throws ServingException NOT_FOUND if there is no such region, INVALID_ARGUMENT if it, or what
   *     the request says is to be used of it, is smaller
   */
  public long write(RegionSlice slice, String output, Tensor tensor) throws ServingException {
    OpenRegion region = find(slice.region());
    region.check(slice);
    long size = RawValues.size(tensor);
    if (size > slice.byteSize()) {
      throw ServingException.invalidArgument(
          "Output %s: expected at least %d bytes of shared memory region %s, found %s %d"
              .formatted(output, size, slice.region(), RegionSlice.BYTE_SIZE, slice.byteSize()));
    }
    try {
      RegionWriter.write(region, slice.offset(), tensor);
    } catch (IOException e) {
      throw region.failed(e);
    }
    return size;
  }

  private OpenRegion find(String name) throws ServingException {
    OpenRegion region = regions.get(name);
    if (region == null) {
      throw new ServingException(
          Code.NOT_FOUND,
          "Shared memory region %s: expected it to be registered, found none of that name"
              .formatted(name));
    }
    return region;
  }
}
