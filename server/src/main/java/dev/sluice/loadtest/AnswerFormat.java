package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.AnswerBytes;

/** Reads the answers of a protocol. Thread-safe. */
interface AnswerFormat {
  /**
   * Returns an answer's values.
   *
   * @throws AnswerException if it cannot be read, or outputs are missing
   */
  ParsedAnswer parse(AnswerBytes answer) throws AnswerException;
}
