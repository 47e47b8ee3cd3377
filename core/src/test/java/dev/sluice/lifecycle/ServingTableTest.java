package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.ServableId;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServingTableTest {
  private final ServingTable table = new ServingTable();

  private static ServableLease lease(String model, long version) {
    return new ServableLease(new ServableId(model, version), new FakeServable());
  }

  @Test
  void latestIsTheHighestNumber() {
    ServableLease low = lease("m", -9);
    ServableLease high = lease("m", 10);
    table.add(high);
    table.add(low);
    assertSame(high, table.acquireLatest("m"));
    assertSame(low, table.acquire("m", -9));
    assertEquals(1, high.lent());
    assertEquals(1, low.lent());
  }

  @Test
  void removedVersionIsNotFound() {
    ServableLease lease = lease("m", 1);
    table.add(lease);
    table.remove(lease);
    assertNull(table.acquireLatest("m"));
    assertNull(table.acquire("m", 1));
  }

  @Test
  void numberIsThereOnce() {
    table.add(lease("m", 1));
    assertThrows(IllegalStateException.class, () -> table.add(lease("m", 1)));
    assertThrows(IllegalStateException.class, () -> table.remove(lease("m", 1)));
    assertThrows(IllegalStateException.class, () -> table.remove(lease("m", 2)));
  }

  @Test
  void agreesWithASortedMapUnderRandomChanges() {
    long seed = new Random().nextLong();
    System.out.println("ServingTableTest seed " + seed);
    Random random = new Random(seed);
    TreeMap<Long, ServableLease> model = new TreeMap<>();
    for (int step = 0; step < 2_000; step++) {
      long version = random.nextInt(12) - 4L;
      ServableLease there = model.get(version);
      if (there == null) {
        ServableLease lease = lease("m", version);
        table.add(lease);
        model.put(version, lease);
      } else {
        table.remove(there);
        model.remove(version);
      }
      for (long probe = -4; probe < 8; probe++) {
        assertSame(model.get(probe), table.acquire("m", probe), "seed " + seed);
      }
      Map.@Nullable Entry<Long, ServableLease> last = model.lastEntry();
      assertSame(last == null ? null : last.getValue(), table.acquireLatest("m"), "seed " + seed);
    }
  }
}
