package dev.sluice.api.oip;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A region of shared memory with its file. Thread-safe. */
record OpenRegion(SharedMemory.Region region, FileChannel file) {
  /** What a file system takes for a name. */
  private static final int LONGEST_KEY = 255;

  /**
   * What one file call moves. Of memory of the heap the JDK makes a copy elsewhere, and keeps what
   * that took for as long as the thread lives.
   */
  static final int LARGEST_MOVE = 1 << 20;

  /** Opens the file of a region, which must have all of it. */
  static OpenRegion open(Path directory, SharedMemory.Region region) throws ServingException {
    Path path = path(directory, region);
    try {
      // Before it is opened: to open a pipe could wait for ever.
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw invalid(region, "memory that shm_open has made", "none of that key");
      }
      OpenRegion opened =
          new OpenRegion(
              region,
              FileChannel.open(
                  path,
                  Set.of(
                      StandardOpenOption.READ,
                      StandardOpenOption.WRITE,
                      LinkOption.NOFOLLOW_LINKS)));
      boolean fits = false;
      try {
        opened.requireFit();
        fits = true;
      } finally {
        if (!fits) {
          opened.close();
        }
      }
      return opened;
    } catch (IOException e) {
      throw invalid(region, "memory that can be read and written", e.toString());
    }
  }

  private static Path path(Path directory, SharedMemory.Region region) throws ServingException {
    try {
      return directory.resolve(fileName(region));
    } catch (InvalidPathException e) {
      // Such as half a surrogate pair, or what the locale's encoding has not.
      throw invalid(region, "a key that can be a file's name", e.getReason());
    }
  }

  /** A key is a single name, as shm_open takes it, so that no other file can be reached. */
  private static String fileName(SharedMemory.Region region) throws ServingException {
    String name = region.key().startsWith("/") ? region.key().substring(1) : region.key();
    if (name.isEmpty()
        || name.length() > LONGEST_KEY
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw invalid(region, "a key that is one name, with or without a slash before it", "another");
    }
    return name;
  }

  private void requireFit() throws IOException, ServingException {
    long size = file.size();
    if (region.offset() < 0
        || region.byteSize() <= 0
        || region.offset() > size
        || region.byteSize() > size - region.offset()) {
      throw invalid(
          region,
          "an offset and a byte_size within the " + size + " bytes of its memory",
          "%s and %s"
              .formatted(
                  Long.toUnsignedString(region.offset()),
                  Long.toUnsignedString(region.byteSize())));
    }
  }

  /** Refuses what is not within the region. */
  void check(RegionSlice slice) throws ServingException {
    if (slice.offset() > region.byteSize()
        || slice.byteSize() > region.byteSize() - slice.offset()) {
      throw invalid(
          region,
          "tensors within its " + region.byteSize() + " bytes",
          slice.byteSize() + " bytes at offset " + slice.offset());
    }
  }

  private static ServingException invalid(
      SharedMemory.Region region, String expected, String found) {
    return ServingException.invalidArgument(
        "Shared memory region %s, key \"%s\": expected %s, found %s"
            .formatted(region.name(), region.key(), expected, found));
  }

  /** Returns why a file call failed, such as on a file that has become shorter. */
  ServingException failed(IOException failure) {
    return new ServingException(
        Code.INVALID_ARGUMENT,
        "Shared memory region %s, key \"%s\": cannot be used any more: %s"
            .formatted(region.name(), region.key(), failure));
  }

  /** Copies bytes from the region. */
  void read(long from, MemorySegment target, long offset, long length) throws IOException {
    for (long done = 0; done < length; ) {
      int count = file.read(buffer(target, offset, done, length), region.offset() + from + done);
      if (count < 0) {
        throw new EOFException("its memory has become shorter");
      }
      done += count;
    }
  }

  /** Copies bytes to the region, whose file does not grow by it. */
  void write(long to, MemorySegment source, long offset, long length) throws IOException {
    if (file.size() - region.offset() < to + length) {
      throw new EOFException("its memory has become shorter");
    }
    for (long done = 0; done < length; ) {
      done += file.write(buffer(source, offset, done, length), region.offset() + to + done);
    }
  }

  /** Returns the memory of one file call. */
  static ByteBuffer buffer(MemorySegment memory, long offset, long done, long length) {
    return memory.asSlice(offset + done, Math.min(LARGEST_MOVE, length - done)).asByteBuffer();
  }

  void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing shared memory region " + region.name(), e);
    }
  }
}
