/**
 * Where versions come from. A {@link dev.sluice.source.Source} reports, per model, the complete
 * list of wanted versions; it decides nothing about when they are loaded (lifecycle.md §3). Polling
 * runs on the source's own virtual thread.
 */
@NullMarked
package dev.sluice.source;

import org.jspecify.annotations.NullMarked;
