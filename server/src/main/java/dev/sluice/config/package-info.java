/**
 * Files and flags in, immutable records out (config.md §1-5): {@link
 * dev.sluice.config.ServeOptions} reads the command line, {@link
 * dev.sluice.config.ModelServerConfigReader} the model configuration. An error names file, line and
 * key, and everything is checked before anything is applied. No threads, no state.
 */
@NullMarked
package dev.sluice.config;

import org.jspecify.annotations.NullMarked;
