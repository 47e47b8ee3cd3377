/**
 * JSON, read and written by hand, for arrays of numbers that go straight to a tensor's memory:
 * {@link dev.sluice.api.json.JsonScanner} checks a document in one pass, the readers convert its
 * values, {@link dev.sluice.api.json.JsonSink} takes what is written. Nothing is shared between
 * threads.
 */
@NullMarked
package dev.sluice.api.json;

import org.jspecify.annotations.NullMarked;
