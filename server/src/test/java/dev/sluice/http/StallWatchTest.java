package dev.sluice.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StallWatchTest {
  private static final long PATIENCE = 1000;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Transfer transfer = new Transfer();
  private final StallWatch watch = new StallWatch(transfer, 1, Duration.ofMillis(PATIENCE));

  private static final class Transfer implements StallWatch.Watched {
    private boolean underWay = true;
    private boolean held;
    private long headway;
    private boolean givenUp;

    @Override
    public boolean isUnderWay() {
      return underWay;
    }

    @Override
    public long headway() {
      return headway;
    }

    @Override
    public boolean waitsForUs() {
      return held;
    }

    @Override
    public void giveUp() {
      givenUp = true;
    }
  }

  @BeforeEach
  void freeze() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private boolean isGivenUpAfter(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    return transfer.givenUp;
  }

  @Test
  void whatStallsFromTheStartIsGivenUpAfterOnePatience() {
    watch.start(channel.eventLoop());
    assertFalse(isGivenUpAfter(PATIENCE - 1));
    assertTrue(isGivenUpAfter(1));
  }

  @Test
  void headwayIsWaitedFor() {
    watch.start(channel.eventLoop());
    for (int i = 0; i < 5; i++) {
      transfer.headway++;
      assertFalse(isGivenUpAfter(PATIENCE));
    }
    assertTrue(isGivenUpAfter(PATIENCE));
  }

  @Test
  void whatWaitedForUsHasAPatienceFromThenOn() {
    transfer.held = true;
    watch.start(channel.eventLoop());
    assertFalse(isGivenUpAfter(10 * PATIENCE));
    assertFalse(isGivenUpAfter(PATIENCE - 1));
    transfer.held = false; // such as an answer that is ready only now
    assertFalse(isGivenUpAfter(1), "it has stalled for no more than a moment");
    assertFalse(isGivenUpAfter(PATIENCE - 1));
    assertTrue(isGivenUpAfter(1));
  }

  @Test
  void whatIsFinishedIsNotWatched() {
    watch.start(channel.eventLoop());
    transfer.underWay = false;
    assertFalse(isGivenUpAfter(PATIENCE));
    transfer.underWay = true;
    assertFalse(isGivenUpAfter(10 * PATIENCE));
  }
}
