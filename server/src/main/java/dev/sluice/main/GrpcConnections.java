package dev.sluice.main;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open connections of a gRPC listener, to tell their clients that they should go elsewhere while
 * the port stays open. gRPC's own shutdown does both at once. Thread-safe.
 */
final class GrpcConnections {
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();

  /** Returns what makes a listening channel whose connections are seen here. */
  ChannelFactory<ServerChannel> channels(Class<? extends ServerChannel> type) {
    ChannelFactory<? extends ServerChannel> plain = new ReflectiveChannelFactory<>(type);
    return () -> {
      ServerChannel channel = plain.newChannel();
      channel.pipeline().addFirst(new Accepted());
      return channel;
    };
  }

  /** Sees each connection before gRPC does. */
  private final class Accepted extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Channel connection) {
        open.add(connection);
        connection.closeFuture().addListener(closed -> open.remove(connection));
      }
      ctx.fireChannelRead(message);
    }
  }

  /**
   * Has GOAWAY sent to every client: calls under way, and those that it sends before it has read
   * that, are served; then the connection ends. One that still shakes hands is left alone.
   */
  void goAway() {
    for (Channel connection : open) {
      connection
          .eventLoop()
          .execute(
              () -> {
                // To close such a channel is to ask gRPC's handler for a graceful shutdown.
                if (connection.pipeline().get(Http2ConnectionHandler.class) != null) {
                  connection.close();
                }
              });
    }
  }
}
