package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepairWatchTest {
  private long files;
  private final List<ManagedVersion> repaired = new ArrayList<>();
  private final RepairWatch watch =
      new RepairWatch(version -> files, Runnable::run, Runnable::run, repaired::add);
  private final ManagedVersion version =
      new ManagedVersion(new ModelVersion(ManagerHarness.id(1), "fake", Path.of("/m/1")));

  private void fail() {
    version.become(Phase.LOAD_REQUESTED);
    version.become(Phase.ERROR, new Health(Code.DATA_LOSS, "broken"));
    version.failures = 1;
    version.triedFingerprint = files;
  }

  private int checks(int times) {
    for (int i = 0; i < times; i++) {
      watch.check(version);
    }
    return repaired.size();
  }

  @Test
  void unchangedFilesAreLeftAlone() {
    fail();
    assertEquals(0, checks(5));
  }

  @Test
  void changedFilesMustBeTheSameTwice() {
    fail();
    files = 5;
    assertEquals(0, checks(1), "the copy may still be under way");
    files = 6;
    assertEquals(0, checks(1), "changed again");
    assertEquals(1, checks(1));
  }

  @Test
  void filesThatBecomeWhatFailedAreLeftAlone() {
    fail();
    files = 5;
    assertEquals(0, checks(1));
    files = 0;
    assertEquals(0, checks(3));
  }

  @Test
  void onlyAFailedWantedVersionIsChecked() {
    files = 5;
    assertEquals(0, checks(3), "not tried yet");
    files = 0;
    fail();
    files = 5;
    version.aspired = false;
    assertEquals(0, checks(3), "not wanted");
  }
}
