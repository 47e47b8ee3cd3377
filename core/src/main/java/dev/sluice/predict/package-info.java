/**
 * The request path, without any protocol: {@link dev.sluice.predict.Predictor} lets a request in
 * and finds its servable, {@link dev.sluice.predict.Call} owns what the request holds until its one
 * completion. Nothing here blocks.
 */
@NullMarked
package dev.sluice.predict;

import org.jspecify.annotations.NullMarked;
