/**
 * gRPC calls, whatever their service: {@link dev.sluice.api.grpc.GrpcInference} serves a method
 * that runs a model, {@link dev.sluice.api.grpc.UnaryMethod} one that does not. Listeners are
 * called on the event loop of the call's connection; answers come from the thread that ends the
 * run.
 */
@NullMarked
package dev.sluice.api.grpc;

import org.jspecify.annotations.NullMarked;
