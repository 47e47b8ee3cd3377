/**
 * Which versions are loaded and how they come and go: the {@link dev.sluice.lifecycle.Manager}
 * carries out what a pure {@link dev.sluice.lifecycle.VersionPolicy} decides, and lends servables
 * to requests through {@link dev.sluice.lifecycle.ServableLease}. Look-ups are lock-free on any
 * thread; everything else happens on the manager's own threads.
 */
@NullMarked
package dev.sluice.lifecycle;

import org.jspecify.annotations.NullMarked;
