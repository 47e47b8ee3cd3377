/**
 * What is served: a {@link dev.sluice.servable.Servable}, one loaded version of a model, with the
 * {@link dev.sluice.servable.Signature signatures} it answers to. A run is asynchronous and ends in
 * exactly one call of its {@link dev.sluice.servable.Completion}.
 */
@NullMarked
package dev.sluice.servable;

import org.jspecify.annotations.NullMarked;
