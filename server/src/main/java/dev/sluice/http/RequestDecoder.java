package dev.sluice.http;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Netty's decoder, which also tells whether it holds a part of a request's head.
 *
 * <p>It consumes a head line by line: once the request line is whole, what is left to read says
 * nothing. Empty lines between requests are skipped and begin none.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private boolean inHead;

  RequestDecoder(HttpDecoderConfig config) {
    super(config);
  }

  @Override
  protected HttpMessage createMessage(String[] requestLine) throws Exception {
    inHead = true;
    return super.createMessage(requestLine);
  }

  /** Where such a request ends is a matter of opinion, and of somebody's attack (RFC 9112, 6.3). */
  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("Transfer-Encoding and Content-Length in one request");
  }

  /** Is told that the head has been taken out. */
  void headDone() {
    inHead = false;
  }

  /** Returns true if a head has begun and is not whole; asked at the end of a read. */
  boolean isInHead() {
    return inHead || actualReadableBytes() > 0;
  }
}
