package dev.sluice.main;

import dev.sluice.http.LastConnections;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The open connections of a gRPC listener, to tell their clients that they should go elsewhere
 * while the port stays open (gRPC's own shutdown does both at once), and to have those watched that
 * stall. Thread-safe.
 */
final class GrpcConnections {
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private final List<ServerChannel> ports = new CopyOnWriteArrayList<>();
  private final GrpcStalls.Patience patience;

  GrpcConnections(GrpcStalls.Patience patience) {
    this.patience = patience;
  }

  /** Returns what makes a listening channel whose connections are seen here. */
  ChannelFactory<ServerChannel> channels(ChannelFactory<? extends ServerChannel> plain) {
    return () -> {
      ServerChannel channel = plain.newChannel();
      channel.pipeline().addLast(new Accepted()); // behind who refuses connections
      ports.add(channel);
      return channel;
    };
  }

  /** Sees each connection before gRPC does. */
  private final class Accepted extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Channel connection) {
        open.add(connection);
        GrpcStalls.watch(connection, patience);
        connection.closeFuture().addListener(closed -> open.remove(connection));
      }
      ctx.fireChannelRead(message);
    }
  }

  /** Lets the port take no more, and waits for what is on its way; before it is closed. */
  void awaitLast() {
    ports.forEach(LastConnections::await);
  }

  /**
   * Has GOAWAY sent to every client: calls under way, and those that it sends before it has read
   * that, are served; then the connection ends. One that still shakes hands is left alone.
   */
  void goAway() {
    for (Channel connection : open) {
      if (connection.isRegistered()) { // one that is being accepted has no loop yet
        connection.eventLoop().execute(() -> goAway(connection));
      }
    }
  }

  /** To close such a channel is to ask gRPC's handler for a graceful shutdown. */
  private static void goAway(Channel connection) {
    if (connection.pipeline().get(Http2ConnectionHandler.class) != null) {
      connection.close();
    }
  }
}
