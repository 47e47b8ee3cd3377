/**
 * The gRPC service of the Open Inference Protocol with Triton's extensions: {@link
 * dev.sluice.api.oip.grpc.InferenceService} lists its methods. They expect a direct executor:
 * nothing on an event loop blocks.
 */
@NullMarked
package dev.sluice.api.oip.grpc;

import org.jspecify.annotations.NullMarked;
