/** Who may enter: a bound on the requests inside the server. Lock-free, on any thread. */
@NullMarked
package dev.sluice.admission;

import org.jspecify.annotations.NullMarked;
