package dev.sluice.http;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;

/**
 * What a listener runs on.
 *
 * @param acceptors accept connections; owned by the caller, as the workers are
 * @param workers read and write
 * @param channels makes the channel that listens
 * @param tls encrypts; empty: not
 */
public record HttpTransport(
    EventLoopGroup acceptors,
    EventLoopGroup workers,
    ChannelFactory<? extends ServerChannel> channels,
    Optional<SslContext> tls) {}
