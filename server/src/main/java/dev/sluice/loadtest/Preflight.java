package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.AnswerBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends every request once before the load: a mistake shows here, and the first answers are kept.
 */
final class Preflight {
  private final Target target;
  private final Asker asker;

  Preflight(Target target, Asker asker) {
    this.target = target;
    this.asker = asker;
  }

  /**
   * How answers are checked.
   *
   * @param references the first answer to each request; not looked at if the check is not {@link
   *     Check#SAME}
   */
  record Checks(Check check, AnswerFormat format, List<ParsedAnswer> references) {
    Checks {
      references = List.copyOf(references);
    }
  }

  /**
   * Asks for the first answers.
   *
   * @throws BenchException if one is an error, or cannot be read though it is to be checked
   */
  Checks run(Payload payload, Check check) throws BenchException, InterruptedException {
    AnswerFormat format =
        switch (target.protocol()) {
          case REST -> new RestFormat(payload.outputs());
          case GRPC -> new GrpcFormat(payload.outputs());
        };
    List<ParsedAnswer> references = new ArrayList<>();
    for (Reply reply : asker.ask(Wires.Method.PREDICT, payload.messages())) {
      if (!reply.outcome().isOk()) {
        throw new BenchException(
            "the model %s refuses the request: %s%s"
                .formatted(
                    target.model(),
                    HttpText.explain(reply.outcome()),
                    payload.isMade() ? " (send one of your own by --input=FILE)" : ""));
      }
      if (check != Check.NONE) {
        references.add(parse(format, reply.answer()));
      }
    }
    return new Checks(check, format, references);
  }

  private ParsedAnswer parse(AnswerFormat format, AnswerBytes answer) throws BenchException {
    try {
      return format.parse(answer);
    } catch (AnswerException e) {
      throw new BenchException(
          "the first answer of the model %s is not right: %s (--check=none lets it pass)"
              .formatted(target.model(), e.getMessage()));
    }
  }
}
