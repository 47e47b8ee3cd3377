package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcFilesTest {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 8500);

  @TempDir Path proc;

  @BeforeEach
  void twoProcesses() throws IOException {
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/tcp"),
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:2134 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 111 1
        """);
    Files.writeString(
        proc.resolve("net/tcp6"),
        """
          sl  local_address                         remote_address                        st
           0: 00000000000000000000000000000000:2134 00000000000000000000000000000000:0000 0A \
        00000000:00000000 00:00000000 00000000     0        0 222 1
        """);
    process("10", "sluice (x) y", "socket:[222]");
    process("11", "client", "socket:[111]");
  }

  private void process(String pid, String name, String file) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(pid));
    Files.createSymbolicLink(
        Files.createDirectories(folder.resolve("fd")).resolve("5"), Path.of(file));
    Files.writeString(folder.resolve("comm"), name + "\n");
    Files.writeString(
        folder.resolve("stat"),
        pid + " (" + name + ") S 1 1 1 0 -1 4194304 9 0 0 0 250 150 0 0 20 0 30 0 7 8 9\n");
    Files.writeString(folder.resolve("status"), "Name:\tx\nVmRSS:\t    2048 kB\n");
  }

  @Test
  void findsWhoListens() {
    ProcFiles files = new ProcFiles(proc);
    assertEquals(List.of("10"), files.listeners(LOCAL));
    assertEquals(
        List.of(), files.listeners(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8501)));
  }

  @Test
  void readsTimeAndMemory() {
    assertEquals(
        Optional.of(new ProcFiles.Usage(4.0, 2L << 20)), new ProcFiles(proc).usage(List.of("10")));
    assertEquals(
        Optional.of(new ProcFiles.Usage(8.0, 4L << 20)),
        new ProcFiles(proc).usage(List.of("10", "11")));
  }

  @Test
  void whatIsNotThereIsNotKnown() throws IOException {
    assertEquals(Optional.empty(), new ProcFiles(proc).usage(List.of()));
    assertEquals(Optional.empty(), new ProcFiles(proc).usage(List.of("12")));
    assertEquals(List.of(), new ProcFiles(proc.resolve("none")).listeners(LOCAL));
    Files.writeString(proc.resolve("10/comm"), "docker-proxy\n");
    assertEquals(List.of(), new ProcFiles(proc).listeners(LOCAL));
  }

  @Test
  void anotherMachinesProcessesAreNotLookedFor() throws IOException {
    InetAddress elsewhere = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    assertEquals(List.of(), new ProcFiles(proc).listeners(new InetSocketAddress(elsewhere, 8500)));
  }

  @Test
  void findsThisProcessInTheRealOne() throws IOException {
    ProcFiles files = new ProcFiles(Path.of("/proc"));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEquals(
          List.of(Long.toString(ProcessHandle.current().pid())),
          files.listeners(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort())));
    }
    assertTrue(files.usage(List.of("self")).orElseThrow().residentBytes() > 1 << 20);
  }
}
