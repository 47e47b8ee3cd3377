/**
 * The Open Inference Protocol (KServe's version 2) with Triton's extensions: translates, decides
 * nothing. Here is what both of its transports need: names, checks, metadata, where inputs go and
 * outputs come from. {@code wire} reads and writes its protobuf messages where they lie, {@code
 * grpc} is its gRPC service. Everything but what belongs to one request is thread-safe.
 */
@NullMarked
package dev.sluice.api.oip;

import org.jspecify.annotations.NullMarked;
