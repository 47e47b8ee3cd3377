package dev.sluice.source;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the base paths of configurations. */
public final class BasePaths {
  private static final Pattern URI = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");

  private BasePaths() {}

  /**
   * Returns the local directory that a base path names: an absolute path, or one behind {@code
   * file://}.
   *
   * @throws ServingException INVALID_ARGUMENT for a relative path, UNIMPLEMENTED for a URI of a
   *     storage that the server cannot read
   */
  public static Path parse(String model, String basePath) throws ServingException {
    Matcher uri = URI.matcher(basePath);
    String local = basePath;
    if (uri.matches()) {
      String scheme = uri.group(1).toLowerCase(Locale.ROOT);
      if (!scheme.equals("file")) {
        throw new ServingException(
            Code.UNIMPLEMENTED,
            "Model %s has base_path %s: object stores such as %s:// are not supported yet; expected an absolute path"
                .formatted(model, basePath, scheme));
      }
      local = uri.group(2);
    }
    try {
      Path path = Path.of(local);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      // Falls through: a name that the file system cannot hold is no absolute path either.
    }
    throw ServingException.invalidArgument(
        "Expected model %s to have an absolute path or URI; got base_path()=%s"
            .formatted(model, basePath));
  }
}
