/**
 * Connections of a load test: ready-made bytes out, bytes and a code back. A {@link
 * dev.sluice.loadtest.wire.Wire} is confined to one event loop and never blocks it.
 */
@NullMarked
package dev.sluice.loadtest.wire;

import org.jspecify.annotations.NullMarked;
