package dev.sluice.api.tfs;

import dev.sluice.api.rest.RestTarget;
import dev.sluice.http.Targets;
import dev.sluice.predict.VersionChoice;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request under {@code /v1/} asks for (rest.md §1.2). */
sealed interface RestRoute {
  /** Run a model. */
  record Infer(RestTarget target, Verb verb) implements RestRoute {}

  /** The states of a model's versions. */
  record Status(String model, VersionChoice version) implements RestRoute {}

  /** The signatures of a model. */
  record Metadata(String model, VersionChoice version) implements RestRoute {}

  /** No route; the message says why. */
  record Refused(String message) implements RestRoute {}

  /** A version of more than 64 bits; the reference refuses it without a word (rest.md §1.2). */
  record OutOfRange() implements RestRoute {}

  /** The ways to run a model. */
  enum Verb {
    PREDICT,
    CLASSIFY,
    REGRESS
  }

  /** Finds the route of a request; never fails. */
  static RestRoute of(String method, String target) {
    return switch (method) {
      case "POST" -> Parser.post(target);
      case "GET" -> Parser.get(target);
      default -> Parser.malformed(method, target);
    };
  }

  /** The reference's grammar, literal parts without regard to case. */
  final class Parser {
    private static final String SELECTOR =
        "(?:/versions/(?<version>[0-9]+)|/labels/(?<label>[^/:]+))?";
    private static final Pattern POST =
        Pattern.compile(
            "/v1/models/(?<model>[^/:]+)" + SELECTOR + ":(?<verb>classify|regress|predict)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern GET =
        Pattern.compile(
            "/v1/models(?:/(?<model>[^/:]+))?" + SELECTOR + "(?<metadata>/metadata)?",
            Pattern.CASE_INSENSITIVE);

    private Parser() {}

    private static RestRoute post(String target) {
      Matcher matcher = POST.matcher(target);
      if (!matcher.matches()) {
        return malformed("POST", target);
      }
      Verb verb =
          switch (matcher.group("verb")) {
            case "predict" -> Verb.PREDICT;
            case "classify" -> Verb.CLASSIFY;
            case "regress" -> Verb.REGRESS;
            default -> null; // another case: the reference matches it, then knows no such action
          };
      if (verb == null) {
        return malformed("POST", target);
      }
      try {
        return new Infer(
            new RestTarget(Targets.decoded(matcher.group("model")), choice(matcher)), verb);
      } catch (NumberFormatException e) {
        return new OutOfRange();
      }
    }

    private static RestRoute get(String target) {
      Matcher matcher = GET.matcher(target);
      if (!matcher.matches()) {
        return malformed("GET", target);
      }
      String model = matcher.group("model");
      if (model == null) {
        return new Refused("Missing model name in request.");
      }
      try {
        // In another case it matches but counts as absent, as in the reference.
        return "/metadata".equals(matcher.group("metadata"))
            ? new Metadata(Targets.decoded(model), choice(matcher))
            : new Status(Targets.decoded(model), choice(matcher));
      } catch (NumberFormatException e) {
        return new OutOfRange();
      }
    }

    private static RestRoute malformed(String method, String target) {
      return new Refused("Malformed request: " + method.toUpperCase(Locale.ROOT) + " " + target);
    }

    private static VersionChoice choice(Matcher matcher) {
      @Nullable String version = matcher.group("version");
      if (version != null) {
        return new VersionChoice.Specific(Long.parseLong(version));
      }
      @Nullable String label = matcher.group("label");
      return label == null
          ? VersionChoice.LATEST
          : new VersionChoice.Labelled(Targets.decoded(label));
    }
  }
}
