package dev.sluice.engine.trees;

import dev.sluice.tensor.DataType;

/**
 * A loaded model. Immutable.
 *
 * @param features how many features a row has
 * @param dtype the type in which the library computes: that of the features and of all results
 * @param scores the trees, or what stands for them
 * @param link what makes predictions of scores
 */
record TreeModel(int features, DataType dtype, RawScores scores, Link link) {}
