/** Black-box tests of the server, and the rules that hold for the source tree as a whole. */
@NullMarked
package dev.sluice.it;

import org.jspecify.annotations.NullMarked;
