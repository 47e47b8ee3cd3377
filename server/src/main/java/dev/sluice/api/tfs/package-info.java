/**
 * TensorFlow Serving's API over gRPC, translated onto {@link dev.sluice.predict.Predictor}; decides
 * nothing itself. {@link dev.sluice.api.tfs.GrpcServices} gives the services that a listener
 * registers. Callbacks come on transport threads (event loops) and never block; large requests are
 * decoded on a worker, and answers are encoded on the thread that completes the run.
 */
@NullMarked
package dev.sluice.api.tfs;

import org.jspecify.annotations.NullMarked;
