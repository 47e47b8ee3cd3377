package dev.sluice.http;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/**
 * Takes in the last connections of a port before it is closed.
 *
 * <p>To close a listening socket is to reset what the kernel has connected and we have not yet
 * accepted: clients that have sent a request, and cannot know whether it was answered. While a
 * server leaves, every request comes on a new connection, so that there is nearly always one. Hence
 * the port takes no more SYN first, then the handshakes under way come to their end and are
 * accepted, and nobody is left when it closes. A client whose SYN went unheard sends it again a
 * second later, and is refused: it has sent nothing that could get lost.
 *
 * <p>Linux only; elsewhere, and where the system does not let us, the port just closes.
 */
public final class LastConnections {
  /** For handshakes under way; longer than a way there and back within a data centre. */
  private static final Duration HANDSHAKES = Duration.ofMillis(50);

  private static final int SOL_SOCKET = 1;
  private static final int SO_ATTACH_FILTER = 26;

  /** Of a TCP header, which is what the filter of a TCP socket sees: the byte with the flags. */
  private static final int FLAGS = 13;

  private static final int SYN = 2;

  /*
   * The kernel's socket filter (struct sock_filter: code, jump if true, jump if false, operand):
   * load the flags; without SYN skip one; drop; pass. Sockets of accepted connections inherit it,
   * and are not disturbed: no segment of an open connection has SYN.
   */
  private static final long[] PROGRAM = {
    instruction(0x30, 0, 0, FLAGS),
    instruction(0x45, 0, 1, SYN),
    instruction(0x06, 0, 0, 0),
    instruction(0x06, 0, 0, 0xffff_ffffL)
  };

  private LastConnections() {}

  /** The fields as they lie in memory, the first in the lowest bits. */
  private static long instruction(int code, int ifTrue, int ifFalse, long operand) {
    return code | (long) ifTrue << 16 | (long) ifFalse << 24 | operand << 32;
  }

  /** Lets a port take no more connections, and waits until those under way have been accepted. */
  public static void await(Channel server) {
    if (server instanceof ServerChannel && server instanceof UnixChannel unix && server.isOpen()) {
      if (ignoreSyn(unix.fd().intValue())) {
        server.closeFuture().awaitUninterruptibly(HANDSHAKES.toMillis());
      }
    }
  }

  @SuppressWarnings("restricted") // the launcher enables native access
  private static boolean ignoreSyn(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MethodHandle setsockopt =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setsockopt"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_INT));
      MemorySegment program = arena.allocateFrom(ValueLayout.JAVA_LONG, PROGRAM);
      // struct sock_fprog: how many instructions, and where they are.
      MemorySegment filter = arena.allocate(2 * ValueLayout.ADDRESS.byteSize(), 8);
      filter.set(ValueLayout.JAVA_SHORT, 0, (short) PROGRAM.length);
      filter.set(ValueLayout.ADDRESS, ValueLayout.ADDRESS.byteSize(), program);
      return (int)
              setsockopt.invokeExact(
                  socket, SOL_SOCKET, SO_ATTACH_FILTER, filter, (int) filter.byteSize())
          == 0;
    } catch (Throwable notHere) {
      return false;
    }
  }
}
