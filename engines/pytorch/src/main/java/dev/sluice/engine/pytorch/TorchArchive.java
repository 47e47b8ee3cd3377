package dev.sluice.engine.pytorch;

import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What can be told from a file of {@code torch.jit.save} without libtorch: a zip file with one
 * folder, in which {@code data.pkl} holds the module and {@code code/} the source of its classes.
 *
 * @param file where it is
 * @param mainClass the module's class, such as {@code __torch__.Net}
 * @param sources what is below {@code code/}, by path, such as {@code __torch__.py}
 */
record TorchArchive(Path file, String mainClass, Map<String, String> sources) {
  /** The file's name in a version's directory. */
  static final String FILE = "model.pt";

  private static final String CODE = "/code/";
  private static final String SOURCE = ".py";
  private static final String DATA = "/data.pkl";

  /** Two bytes say the pickle's protocol, the third that the name of a class follows. */
  private static final String CLASS_FIRST = "\u0080\u0002c";

  private static final int HEAD_BYTES = 4096;

  /** More than any module has: a file of a few kilobytes can hold gigabytes of one letter. */
  private static final int MOST_CODE_BYTES = 64 << 20;

  private static final String EXPECTED =
      "; expected a file written by torch.jit.save, such as"
          + " torch.jit.save(torch.jit.script(module.eval()), \"model.pt\")";

  TorchArchive {
    sources = Map.copyOf(sources);
  }

  /**
   * Reads a file.
   *
   * @throws ServingException INVALID_ARGUMENT if it is something else; the message says what to do
   */
  static TorchArchive read(Path file) throws ServingException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Map<String, String> sources = new HashMap<>();
      String mainClass = "";
      int left = MOST_CODE_BYTES;
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        String path = entry.getName();
        int folder = path.indexOf('/');
        if (folder < 0) {
          continue;
        }
        if (path.startsWith(CODE, folder) && path.endsWith(SOURCE)) {
          byte[] code = start(zip, entry, left + 1);
          left -= code.length;
          if (left < 0) {
            throw refused(file, "holds more than " + MOST_CODE_BYTES + " bytes of code");
          }
          sources.put(
              path.substring(folder + CODE.length()), new String(code, StandardCharsets.UTF_8));
        } else if (path.startsWith(DATA, folder) && path.length() == folder + DATA.length()) {
          mainClass = mainClass(zip, entry);
        }
      }
      if (mainClass.isEmpty() || sources.isEmpty()) {
        throw refused(file, "holds no code of a module, as files of torch.save do not");
      }
      return new TorchArchive(file, mainClass, sources);
    } catch (IOException e) {
      throw refused(file, whatIsWrong(file, e));
    }
  }

  /** Returns up to so many bytes of a file. */
  private static byte[] start(ZipFile zip, ZipEntry entry, int most) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(most);
    }
  }

  /** Returns the class of the object that a pickle holds, empty if it does not begin with one. */
  private static String mainClass(ZipFile zip, ZipEntry entry) throws IOException {
    String head = new String(start(zip, entry, HEAD_BYTES), StandardCharsets.ISO_8859_1);
    String[] lines = head.split("\n", 3);
    return head.startsWith(CLASS_FIRST) && lines.length == 3
        ? lines[0].substring(CLASS_FIRST.length()) + "." + lines[1]
        : "";
  }

  private static String whatIsWrong(Path file, IOException cause) {
    try {
      if (Files.size(file) == 0) {
        return "is empty";
      }
    } catch (IOException unreadable) {
      return "cannot be read (" + unreadable + ")";
    }
    return "is no whole zip file (" + cause.getMessage() + ")";
  }

  private static ServingException refused(Path file, String found) {
    return ServingException.invalidArgument(file + " " + found + EXPECTED);
  }

  /** Returns the source of the file that has a class, empty if there is none. */
  String sourceOf(String className) {
    int dot = className.lastIndexOf('.');
    String path = dot < 0 ? className : className.substring(0, dot).replace('.', '/');
    return sources.getOrDefault(path + SOURCE, "");
  }
}
