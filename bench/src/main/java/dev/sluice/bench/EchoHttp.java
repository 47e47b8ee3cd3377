package dev.sluice.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 that answers the same bytes to every request, on the event loop that read it. */
final class EchoHttp extends ChannelInboundHandlerAdapter {
  private final byte[] response;
  private final BodyReader reader;
  private @Nullable ByteBuf body;

  private EchoHttp(byte[] response, BodyReader reader) {
    this.response = response;
    this.reader = reader;
  }

  /** Takes what one request brings, on the event loop. */
  @FunctionalInterface
  interface BodyReader {
    void read(ByteBuf body) throws IOException;
  }

  /** Opens a port on the loopback address. */
  static void open(
      int port, EventLoopGroup acceptors, EventLoopGroup loops, byte[] answer, BodyReader reader) {
    byte[] response = response(answer);
    new ServerBootstrap()
        .group(acceptors, loops)
        .channel(EpollServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpRequestDecoder())
                    .addLast(new EchoHttp(response, reader));
              }
            })
        .bind(InetAddress.getLoopbackAddress(), port)
        .syncUninterruptibly();
  }

  /** Returns head and body: the headers are those that the server sends. */
  private static byte[] response(byte[] answer) {
    byte[] head =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + "Date: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Length: "
                + answer.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + answer.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(answer, 0, all, head.length, answer.length);
    return all;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
    try {
      if (message instanceof HttpContent content) {
        gather(context, content.content());
        if (content instanceof LastHttpContent) {
          answer(context);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void gather(ChannelHandlerContext context, ByteBuf bytes) {
    ByteBuf gathered = body;
    if (gathered == null) {
      gathered = context.alloc().buffer(bytes.readableBytes());
      body = gathered;
    }
    gathered.writeBytes(bytes);
  }

  private void answer(ChannelHandlerContext context) throws IOException {
    ByteBuf gathered = body;
    if (gathered == null) {
      throw new IllegalStateException("no body gathered");
    }
    body = null;
    try {
      reader.read(gathered);
    } finally {
      gathered.release();
    }
    ByteBuf buffer = context.alloc().buffer(response.length).writeBytes(response);
    context.writeAndFlush(buffer, context.voidPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ByteBuf gathered = body;
    if (gathered != null) {
      body = null;
      gathered.release();
    }
  }
}
