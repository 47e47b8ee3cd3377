/** Tests of the console without a browser; those with one are in the module {@code it}. */
@NullMarked
package dev.sluice.console;

import org.jspecify.annotations.NullMarked;
