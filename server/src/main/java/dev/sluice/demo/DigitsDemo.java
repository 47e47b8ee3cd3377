package dev.sluice.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sends handwritten digits to a running server, over REST and over gRPC, and shows the answers.
 *
 * <p>Used by one thread.
 */
public final class DigitsDemo {
  /** The name under which the server must serve the model. */
  public static final String MODEL = "digits";

  private static final int BAR_WIDTH = 24;
  private static final int SHOWN_CLASSES = 3;

  /** All digits are sent; so many are drawn, each of another class. */
  private static final int DRAWN = 5;

  private final PrintStream out;
  private final TextArt art;
  private final String host;
  private final int restPort;
  private final int grpcPort;
  private final Path goldenJson;

  /**
   * Creates a demo.
   *
   * @param out where the digits are drawn
   * @param goldenJson the recorded cases that lie beside the model's versions
   */
  public DigitsDemo(PrintStream out, String host, int restPort, int grpcPort, Path goldenJson) {
    this.out = out;
    this.art = new TextArt(out.charset());
    this.host = host;
    this.restPort = restPort;
    this.grpcPort = grpcPort;
    this.goldenJson = goldenJson;
  }

  /**
   * Runs the demo once.
   *
   * @return true if every answer of both protocols is the recorded one; false, after a line that
   *     says why, if one is not, or the server or the file cannot be reached
   */
  public boolean run() {
    URI model = URI.create("http://" + host + ":" + restPort + "/v1/models/" + MODEL);
    try (RestDigits rest = new RestDigits(model);
        GrpcDigits grpc = new GrpcDigits(host, grpcPort, MODEL)) {
      return show(GoldenDigits.read(goldenJson), rest, grpc);
    } catch (IOException e) {
      out.println("The demo failed: " + e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      out.println("The demo was interrupted.");
      return false;
    }
  }

  private boolean show(GoldenDigits golden, RestDigits rest, GrpcDigits grpc)
      throws IOException, InterruptedException {
    List<Digit> digits = golden.digits();
    // One call each opens the connections, so that the times below are those of a request.
    rest.predict(digits.getFirst());
    grpc.predict(digits.getFirst(), golden.version());
    int right = 0;
    Set<Long> drawn = new HashSet<>();
    for (Digit digit : digits) {
      long start = System.nanoTime();
      Prediction overRest = rest.predict(digit);
      long between = System.nanoTime();
      Prediction overGrpc = grpc.predict(digit, golden.version());
      long end = System.nanoTime();
      boolean matches =
          overRest.matches(digit.expected(), golden.rtol(), golden.atol())
              && overGrpc.matches(digit.expected(), golden.rtol(), golden.atol());
      right += matches ? 1 : 0;
      boolean isNew = drawn.size() < DRAWN && drawn.add(digit.expected().digit());
      if (isNew || !matches) {
        String times = times(between - start, end - between, overRest, overGrpc);
        print(digit, overRest, verdict(digit, overRest, matches), times);
      }
    }
    out.printf(
        Locale.ROOT,
        "%d of %d digits got the recorded answer of version %d, over REST and over gRPC.%n%n",
        right,
        digits.size(),
        golden.version());
    printAddresses(digits.getFirst(), rest);
    return right == digits.size();
  }

  /** Prints the image with the most probable classes and two more lines at its right. */
  private void print(Digit digit, Prediction prediction, String verdict, String times) {
    String[] image = art.rows(digit);
    String[] beside = new String[image.length];
    Arrays.fill(beside, "");
    int line = 1;
    for (int digitClass : mostProbable(prediction.probabilities())) {
      beside[line++] = classLine(digitClass, prediction.probabilities()[digitClass]);
    }
    beside[line + 1] = verdict;
    beside[line + 2] = times;
    for (int y = 0; y < image.length; y++) {
      out.println(("    " + image[y] + "    " + beside[y]).stripTrailing());
    }
    out.println();
  }

  private static int[] mostProbable(float[] probabilities) {
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[i]))
        .limit(SHOWN_CLASSES)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private String classLine(int digitClass, float probability) {
    return String.format(
        Locale.ROOT,
        "%d %s %6.2f %%",
        digitClass,
        art.bar(probability, BAR_WIDTH),
        100 * probability);
  }

  private static String verdict(Digit digit, Prediction prediction, boolean matches) {
    return "it is a %d, recorded was %d: %s"
        .formatted(
            prediction.digit(), digit.expected().digit(), matches ? "as recorded" : "DIFFERENT");
  }

  private static String times(
      long restNanos, long grpcNanos, Prediction overRest, Prediction overGrpc) {
    boolean same =
        overRest.digit() == overGrpc.digit()
            && Arrays.equals(overRest.probabilities(), overGrpc.probabilities());
    return String.format(
        Locale.ROOT,
        "REST %.1f ms, gRPC %.1f ms: %s",
        restNanos / 1e6,
        grpcNanos / 1e6,
        same ? "same bits" : "not the same bits");
  }

  private void printAddresses(Digit digit, RestDigits rest) {
    out.println("The first digit once more, by hand:");
    out.println("curl -d '" + RestDigits.body(digit) + "' " + rest.predictAddress());
    out.println();
    out.println("Versions:    " + rest.statusAddress());
    out.println("Signatures:  " + rest.statusAddress() + "/metadata");
    out.println("gRPC:        " + host + ":" + grpcPort);
  }
}
