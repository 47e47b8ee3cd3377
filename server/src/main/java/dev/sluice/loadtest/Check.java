package dev.sluice.loadtest;

/** What is looked at in an answer. */
enum Check {
  /** That it is no error. */
  NONE,
  /** That it can be read and has the signature's outputs. */
  SHAPE,
  /** That, and the values are those of the first answer to the same request. */
  SAME
}
