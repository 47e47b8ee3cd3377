package dev.sluice.main;

import java.util.Arrays;
import java.util.List;

/** The program: {@code sluice COMMAND [FLAG...]}. */
public final class Main {
  /** What a wrong command line, a bad configuration and a taken port end with (config.md §1.1). */
  static final int FAILURE = 255;

  private static final String USAGE =
      """
      Usage: sluice COMMAND [FLAG...]

        serve    serve models; its flags are TensorFlow Serving's: sluice serve --help
        tensorflow_model_server
                 the same by TensorFlow Serving's own rules: its defaults, --name=value only
        demo     serve a bundled model and show some of its answers: sluice demo --help
        predict  ask a model of a running server, show the answer: sluice predict --help
        check    say what serve would do with the same flags, and what is wrong: sluice check --help
        status   show the models of a running server: sluice status --help
        bench    put load on a running server and report latencies: sluice bench --help
        test     run the tests (from a checkout only)
        build    build only (from a checkout only)
        dist     make an archive that runs without a checkout (from a checkout only)

        --help, --version
      """;

  private Main() {}

  /** Runs a command and ends the process with its status. */
  public static void main(String[] arguments) throws InterruptedException {
    Logs.configure();
    System.exit(run(Arrays.asList(arguments)));
  }

  private static int run(List<String> arguments) throws InterruptedException {
    if (arguments.isEmpty()) {
      System.err.print(USAGE);
      return FAILURE;
    }
    List<String> flags = arguments.subList(1, arguments.size());
    return switch (arguments.getFirst()) {
      case "serve" -> ServeCommand.run(flags);
      case "tensorflow_model_server" -> ModelServerCommand.run(flags);
      case "demo" -> DemoCommand.run(flags);
      case "predict" -> PredictCommand.run(flags);
      case "check" -> CheckCommand.run(flags);
      case "status" -> StatusCommand.run(flags);
      case "bench" -> BenchCommand.run(flags);
      case "--help", "-h", "help" -> {
        System.out.print(USAGE);
        yield 0;
      }
      case "--version" -> {
        printVersion();
        yield 0;
      }
      default -> {
        System.err.println(
            "sluice: unknown command "
                + arguments.getFirst()
                + "; expected serve, tensorflow_model_server, demo, predict, check, status, bench, test, build, dist, --help or --version");
        yield FAILURE;
      }
    };
  }

  static void printVersion() {
    System.out.println("Sluice " + Version.current());
  }
}
