package dev.sluice.main;

import dev.sluice.client.show.Screen;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What standard output and standard error go to. */
final class Terminal {
  static final int STANDARD_OUTPUT = 1;
  static final int STANDARD_ERROR = 2;

  /** A file or a pipe: wide, but not so wide that a table is hard to read. */
  private static final int FILE_WIDTH = 120;

  /** Title, last lines and prompt. */
  private static final int OTHER_LINES = 5;

  private static final int FEWEST_ROWS = 10;
  private static final int NARROWEST = 20;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})\\s*");

  private Terminal() {}

  /** Returns true if a file descriptor of this process is a terminal. */
  static boolean is(int descriptor) {
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the room on standard output; all rows fit into a file or a pipe. */
  static Screen screen() throws InterruptedException {
    String ellipsis = Screen.ellipsis(System.out.charset());
    if (is(STANDARD_OUTPUT)) {
      Matcher size = SIZE.matcher(size());
      if (size.matches() && !size.group(2).equals("0")) {
        return new Screen(
            Math.max(NARROWEST, Integer.parseInt(size.group(2))),
            Math.max(FEWEST_ROWS, Integer.parseInt(size.group(1)) - OTHER_LINES),
            ellipsis);
      }
    }
    return new Screen(FILE_WIDTH, Integer.MAX_VALUE, ellipsis);
  }

  /** The JDK has no way to ask a terminal for its size; {@code stty} is everywhere. */
  private static String size() throws InterruptedException {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      var _ = stty.waitFor(1, TimeUnit.SECONDS);
      return size;
    } catch (IOException e) {
      return "";
    }
  }
}
