/**
 * The file of all settings, {@code sluice serve --config=sluice.yaml} (docs/configure.md): {@link
 * dev.sluice.config.yaml.ServeArguments} reads a command line with its file, {@link
 * dev.sluice.config.yaml.FileModels} the models in it, again and again, and {@link
 * dev.sluice.config.yaml.FileSchema} describes it to editors. Keys are those of the flags, so a
 * flag that is added is a key. All mistakes of a file are told at once, each with its place. No
 * threads.
 */
@NullMarked
package dev.sluice.config.yaml;

import org.jspecify.annotations.NullMarked;
