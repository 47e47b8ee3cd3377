package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionLimitTest {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final ConnectionLimit limit = new ConnectionLimit(2, warnings::add);
  private int port;

  @BeforeEach
  void open() throws InterruptedException {
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(limit.counting(NioServerSocketChannel.class))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {}
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    port = ((InetSocketAddress) server.localAddress()).getPort();
  }

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private void awaitOpen(int connections) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (limit.open() != connections && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    assertEquals(connections, limit.open());
  }

  @Test
  void whatIsBeyondTheNumberIsClosedUntilThereIsRoom() throws IOException {
    try (Socket first = connect()) {
      try (Socket second = connect()) {
        awaitOpen(2);
        for (int i = 0; i < 3; i++) {
          try (Socket third = connect()) {
            assertClosed(third);
          }
        }
        assertEquals(
            List.of("New connections are closed, for 2 are open (--max_connections)"), warnings);
        assertEquals(2, limit.open());
        assertFalse(second.isClosed());
      }
      awaitOpen(1);
      try (Socket next = connect()) {
        awaitOpen(2);
        assertFalse(next.isClosed());
        assertFalse(first.isClosed());
      }
    }
    awaitOpen(0);
  }

  private static void assertClosed(Socket socket) {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException reset) {
      // Closed before the handshake was over, for this side.
    }
  }
}
