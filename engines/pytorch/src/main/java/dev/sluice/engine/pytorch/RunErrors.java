package dev.sluice.engine.pytorch;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what libtorch throws into what a client, or an operator, can use. */
final class RunErrors {
  /** What an interpreter's error ends with; before that are two tracebacks through the source. */
  private static final Pattern LAST_ERROR =
      Pattern.compile("^(?:builtins\\.)?(\\w*(?:Error|Exception)): *(.*)$", Pattern.MULTILINE);

  /** libtorch's class for all that is not another class. */
  private static final String GENERAL = "RuntimeError";

  private static final List<String> OUT_OF_MEMORY = List.of("can't allocate memory", "bad_alloc");
  private static final String BUG = "INTERNAL ASSERT FAILED";
  private static final int MOST_CHARACTERS = 500;

  private RunErrors() {}

  /** Returns the failure of a run. */
  static ServingException ofRun(ServableId id, List<String> arguments, TorchException thrown) {
    String reason = reason(thrown.text());
    Code code = Code.INVALID_ARGUMENT;
    if (OUT_OF_MEMORY.stream().anyMatch(thrown.text()::contains)) {
      code = Code.RESOURCE_EXHAUSTED;
    } else if (thrown.text().contains(BUG)) {
      code = Code.INTERNAL;
    }
    return new ServingException(
        code, "forward(%s) of %s: %s".formatted(String.join(", ", arguments), id, reason));
  }

  /** Returns the line that says what is wrong. */
  static String reason(String text) {
    Matcher error = LAST_ERROR.matcher(text);
    String reason = "";
    while (error.find()) {
      String message = error.group(2).isBlank() ? following(text, error.end()) : error.group(2);
      reason = error.group(1).equals(GENERAL) ? message : error.group(1) + ": " + message;
    }
    if (reason.isBlank()) {
      reason = text.strip().lines().findFirst().orElse("unknown error");
    }
    return reason.length() <= MOST_CHARACTERS ? reason : reason.substring(0, MOST_CHARACTERS) + "…";
  }

  private static String following(String text, int position) {
    return text.substring(position).strip().lines().findFirst().orElse("");
  }
}
