package dev.sluice.engine.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A directory that nobody else can write to, in a place where everybody can. */
final class PrivateDirectory {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Collections.unmodifiableSet(
          EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));

  private PrivateDirectory() {}

  /**
   * Creates a directory of this user's, named after it, or finds it.
   *
   * @param prefix what the name begins with, with its directory
   * @throws IOException if it cannot be created, or is not this user's own: what somebody else left
   *     there must not be loaded
   */
  static Path of(Path prefix) throws IOException {
    Path self = Path.of("/proc/self");
    UserPrincipal user = Files.getOwner(self);
    Path directory =
        prefix.resolveSibling(prefix.getFileName() + "-" + Files.getAttribute(self, "unix:uid"));
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    PosixFileAttributes found =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isDirectory()
        || !found.owner().equals(user)
        || !Collections.disjoint(found.permissions(), OTHERS_WRITE)) {
      throw new IOException(
          "%s: expected a directory that only %s can write to, found one of %s, %s"
              .formatted(
                  directory,
                  user.getName(),
                  found.owner().getName(),
                  PosixFilePermissions.toString(found.permissions())));
    }
    return directory;
  }
}
