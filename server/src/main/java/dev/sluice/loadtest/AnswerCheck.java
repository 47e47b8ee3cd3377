package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.AnswerBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks answers. Bytes are compared first; an answer is parsed only if it is not one of those that
 * were found right before. Confined to one event loop.
 */
final class AnswerCheck {
  /** Answers to one request may differ in their last digits, or in the order of their outputs. */
  private static final int REMEMBERED = 8;

  private final Check check;
  private final AnswerFormat format;
  private final List<ParsedAnswer> references;
  private final List<List<byte[]>> right = new ArrayList<>();

  /**
   * Creates a check.
   *
   * @param references the first answer to each message
   */
  AnswerCheck(Check check, AnswerFormat format, List<ParsedAnswer> references) {
    this.check = check;
    this.format = format;
    this.references = List.copyOf(references);
    references.forEach(reference -> right.add(new ArrayList<>()));
  }

  /** Returns what is wrong with an answer; empty if nothing is. */
  Optional<String> problem(int message, AnswerBytes answer) {
    if (check == Check.NONE) {
      return Optional.empty();
    }
    List<byte[]> known = right.get(message);
    for (byte[] bytes : known) {
      if (answer.isSameAs(bytes)) {
        return Optional.empty();
      }
    }
    Optional<String> problem = parsedProblem(message, answer);
    if (problem.isEmpty()) {
      if (known.size() == REMEMBERED) {
        known.removeFirst();
      }
      known.add(answer.toArray());
    }
    return problem;
  }

  private Optional<String> parsedProblem(int message, AnswerBytes answer) {
    try {
      ParsedAnswer parsed = format.parse(answer);
      return check == Check.SAME ? parsed.difference(references.get(message)) : Optional.empty();
    } catch (AnswerException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
