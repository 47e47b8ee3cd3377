package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Warm-up with a file that TensorFlow wrote. */
class RealWarmupTest {
  private static final String WARM = "Servable {name: m version: 2} is warmed up: ";
  private static final String AVAILABLE = "Servable {name: m version: 2} is AVAILABLE";

  @Test
  void aVersionIsAvailableOnlyWhenItIsWarm() throws Exception {
    try (ServerProcess server = serve("--num_request_iterations_for_warmup=2")) {
      server.await("available", () -> indexOf(server.log(), AVAILABLE) >= 0);
      int warm = indexOf(server.log(), WARM);
      int available = indexOf(server.log(), AVAILABLE);
      assertTrue(warm >= 0 && warm < available, () -> String.join("\n", server.log()));
    }
  }

  @Test
  void warmUpCanBeSwitchedOff() throws Exception {
    try (ServerProcess server = serve("--enable_model_warmup=false")) {
      server.await("available", () -> indexOf(server.log(), AVAILABLE) >= 0);
      assertEquals(-1, indexOf(server.log(), WARM));
    }
  }

  private static ServerProcess serve(String flag) throws Exception {
    return ServerProcess.serve(
        "--model_name=m", "--model_base_path=" + Models.path("digits_warmup"), flag);
  }

  private static int indexOf(List<String> lines, String text) {
    return IntStream.range(0, lines.size())
        .filter(i -> lines.get(i).contains(text))
        .findFirst()
        .orElse(-1);
  }
}
