package dev.sluice.main;

import dev.sluice.client.ServerException;
import dev.sluice.client.status.StatusClient;
import dev.sluice.client.status.StatusOptions;
import dev.sluice.client.tensor.InputException;
import java.util.List;

/** {@code sluice status}: shows what a running server serves. */
final class StatusCommand {
  private StatusCommand() {}

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    try {
      StatusOptions options = StatusOptions.parse(flags);
      if (options.helpRequested()) {
        System.out.print(StatusOptions.usage());
        return 0;
      }
      new StatusClient(
              options,
              System.out,
              Terminal.screen(),
              Terminal.is(Terminal.STANDARD_OUTPUT),
              StatusClient.Clock.system())
          .run();
      return 0;
    } catch (InputException e) {
      complain(e);
      return Main.FAILURE;
    } catch (ServerException e) {
      complain(e);
      return 1;
    } finally {
      System.out.flush();
    }
  }

  private static void complain(Exception failure) {
    System.err.println("sluice status: " + failure.getMessage());
  }
}
