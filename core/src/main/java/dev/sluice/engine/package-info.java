/**
 * The seam behind which the engines live. An {@link dev.sluice.engine.Engine} is found by
 * ServiceLoader and turns a version's directory into a {@link dev.sluice.engine.Loader}.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
