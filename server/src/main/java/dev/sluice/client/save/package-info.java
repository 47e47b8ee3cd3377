/**
 * Answers as files: {@link dev.sluice.client.save.AnswerFile} writes CSV, JSON and NumPy's formats.
 * Plain functions.
 */
@NullMarked
package dev.sluice.client.save;

import org.jspecify.annotations.NullMarked;
