/** Fakes for the tests of every module. */
@NullMarked
package dev.sluice.testing;

import org.jspecify.annotations.NullMarked;
