/** Tests of what a check finds. */
@NullMarked
package dev.sluice.check;

import org.jspecify.annotations.NullMarked;
