/**
 * Protocol buffers, read and written by hand, for messages that hold tensors: {@link
 * dev.sluice.api.wire.MessageBytes} are the bytes of a message as they came, {@link
 * dev.sluice.api.wire.ProtoReader} reads fields where they lie. Nothing is shared between threads.
 */
@NullMarked
package dev.sluice.api.wire;

import org.jspecify.annotations.NullMarked;
