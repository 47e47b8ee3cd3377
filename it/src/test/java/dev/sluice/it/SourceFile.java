package dev.sluice.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the import rules need to know of one Java file.
 *
 * @param module the Maven module's directory, such as {@code engines/tensorflow}
 * @param name the file's path from the module, for messages
 * @param packageName the package that the file declares
 * @param imports the imported names, in the order of the file, without {@code static}
 */
record SourceFile(String module, String name, String packageName, List<String> imports) {
  private static final Path MAIN = Path.of("src", "main", "java");
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?([\\w.]+(?:\\.\\*)?);");

  SourceFile {
    imports = List.copyOf(imports);
  }

  /** Reads the text of one file. */
  static SourceFile of(String module, String name, String text) {
    Matcher declared = PACKAGE.matcher(text);
    return new SourceFile(
        module,
        name,
        declared.find() ? declared.group(1) : "",
        IMPORT.matcher(text).results().map(found -> found.group(1)).toList());
  }

  /** Reads all main sources of a module below the root of the repository. */
  static List<SourceFile> allOf(Path root, String module) throws IOException {
    Path base = root.resolve(module);
    Path main = base.resolve(MAIN);
    if (!Files.isDirectory(main)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(main)) {
      List<Path> sources =
          files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
      return sources.stream()
          .map(file -> of(module, base.relativize(file).toString(), read(file)))
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
