/**
 * Runs gradient-boosted trees: models of XGBoost (JSON and UBJSON files) and of LightGBM (text
 * files), in Java alone.
 *
 * <p>Entry point: {@link dev.sluice.engine.trees.TreesEngine}, found by ServiceLoader. A file is
 * read once, checked, and turned into a {@link dev.sluice.engine.trees.TreeModel}, which is
 * immutable: any number of threads may run it, each on its own.
 */
@NullMarked
package dev.sluice.engine.trees;

import org.jspecify.annotations.NullMarked;
