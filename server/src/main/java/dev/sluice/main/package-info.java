/**
 * The composition root: reads the command line once, builds every component from its own record of
 * settings, and holds the order in which they start and stop. Nothing imports this package.
 */
@NullMarked
package dev.sluice.main;

import org.jspecify.annotations.NullMarked;
