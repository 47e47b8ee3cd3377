/**
 * The client of {@code sluice predict}: {@link dev.sluice.client.PredictClient} asks a server that
 * it knows only by its address, over TensorFlow Serving's REST API, and shows the answer. {@code
 * tensor} has what clients share, {@code input} reads what the user gives, {@code show} draws
 * tables, {@code save} writes files. One thread does it all.
 */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;
