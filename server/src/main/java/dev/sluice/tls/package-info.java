/**
 * Encryption of the ports: {@link dev.sluice.tls.LiveTls} holds a context that follows the
 * operator's certificates while they change. Handshakes run on event loops; files are looked at by
 * one thread of the server's.
 */
@NullMarked
package dev.sluice.tls;

import org.jspecify.annotations.NullMarked;
