package dev.sluice.main;

import dev.sluice.client.PredictClient;
import dev.sluice.client.PredictOptions;
import dev.sluice.client.ServerException;
import dev.sluice.client.input.SourceFiles;
import dev.sluice.client.tensor.InputException;
import java.util.List;

/** {@code sluice predict}: asks a running server and shows the answer. */
final class PredictCommand {
  private PredictCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    PredictClient client;
    try {
      PredictOptions options = PredictOptions.parse(flags);
      if (options.helpRequested()) {
        System.out.print(PredictOptions.usage());
        return 0;
      }
      client =
          new PredictClient(options, new SourceFiles(System.in), System.out, Terminal.screen());
    } catch (InputException e) {
      complain(e);
      return Main.FAILURE;
    }
    try {
      client.run();
      return 0;
    } catch (InputException | ServerException e) {
      complain(e);
      return 1;
    } finally {
      System.out.flush();
    }
  }

  private static void complain(Exception failure) {
    System.err.println("sluice predict: " + failure.getMessage());
  }
}
