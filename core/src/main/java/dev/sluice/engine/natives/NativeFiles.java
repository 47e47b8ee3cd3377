package dev.sluice.engine.natives;

import java.util.List;

/**
 * Native libraries to unpack.
 *
 * @param label name, version and platform, for the name of the directory they are unpacked to
 * @param files the files, in the order in which they must be loaded
 */
public record NativeFiles(String label, List<NativeFile> files) {
  public NativeFiles {
    files = List.copyOf(files);
  }
}
