/**
 * What the protocols share: how a request is handed to another thread. Below it the pieces that
 * each protocol is made of, {@code wire} and {@code json} for bytes, {@code grpc} for calls; and
 * one package for each protocol.
 */
@NullMarked
package dev.sluice.api;

import org.jspecify.annotations.NullMarked;
