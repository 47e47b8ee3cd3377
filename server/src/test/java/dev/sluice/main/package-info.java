/** Tests of the composition root. */
@NullMarked
package dev.sluice.main;

import org.jspecify.annotations.NullMarked;
