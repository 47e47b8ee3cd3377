package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StateTableTest {
  private final StateTable table = new StateTable();

  private static VersionStatus status(long version, VersionState state) {
    return new VersionStatus(new ServableId("m", version), state, Health.OK, Health.OK);
  }

  @Test
  void versionsAreInDescendingOrderWhateverTheOrderOfArrival() {
    for (long version : new long[] {3, -9, Long.MAX_VALUE, 0, 10}) {
      table.put(status(version, VersionState.START));
    }
    assertEquals(
        List.of(Long.MAX_VALUE, 10L, 3L, 0L, -9L),
        table.versions("m").stream().map(status -> status.id().version()).toList());
  }

  @Test
  void entryOfANumberIsOverwritten() {
    table.put(status(1, VersionState.END));
    table.put(status(2, VersionState.END));
    table.put(status(1, VersionState.START));
    assertEquals(
        List.of(status(2, VersionState.END), status(1, VersionState.START)), table.versions("m"));
  }

  @Test
  void unknownModelAndVersionAreNotSeen() {
    table.put(status(1, VersionState.START));
    assertEquals(List.of(), table.versions("other"));
    assertNull(table.version(new ServableId("m", 2)));
    assertEquals(Set.of("m"), table.all().keySet());
  }

  @Test
  void waitEndsWithTheChangeItWaitsFor() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Boolean> waited = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                waited.complete(
                    table.await(
                        () -> {
                          asked.countDown();
                          return !table.versions("m").isEmpty();
                        },
                        Duration.ofSeconds(20)));
              } catch (InterruptedException e) {
                waited.completeExceptionally(e);
              }
            });
    asked.await();
    table.put(status(1, VersionState.START));
    assertTrue(waited.get());
  }

  @Test
  void waitThatRunsOutSaysSo() throws Exception {
    assertFalse(table.await(() -> false, Duration.ZERO));
    assertTrue(table.await(() -> true, Duration.ZERO));
  }
}
