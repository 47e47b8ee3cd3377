/**
 * Requests of a load test: values made from a signature ({@link
 * dev.sluice.loadtest.input.RandomInput}) or read from JSON, written as JSON or as protobuf. Plain
 * functions, used by one thread before the load begins.
 */
@NullMarked
package dev.sluice.loadtest.input;

import org.jspecify.annotations.NullMarked;
