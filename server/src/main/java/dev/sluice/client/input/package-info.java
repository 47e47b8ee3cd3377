/**
 * What people have, made into the inputs of a model: {@link dev.sluice.client.input.InputReader}
 * reads JSON, CSV, NumPy's files, images, text and values of the command line. Files are not
 * trusted: what they declare is checked before memory is taken for it. Used by one thread.
 */
@NullMarked
package dev.sluice.client.input;

import org.jspecify.annotations.NullMarked;
