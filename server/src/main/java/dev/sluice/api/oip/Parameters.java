package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import java.util.Map;

/**
 * The parameters of a request, an input or an output. Those that nobody asks for are ignored, as
 * the protocol wants it.
 *
 * @param owner whose they are, for messages
 */
public record Parameters(String owner, Map<String, Parameter> values) {
  public Parameters {
    values = Map.copyOf(values);
  }

  /** Returns true if there is such a parameter, whatever its value. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Returns a text; empty if there is none. */
  public String text(String name) throws ServingException {
    return switch (values.get(name)) {
      case null -> "";
      case Parameter.Text(String value) -> value;
      case Parameter other -> throw wrong(name, "a string", other);
    };
  }

  /** Returns a whole number that is not negative. */
  public long count(String name, long otherwise) throws ServingException {
    return switch (values.get(name)) {
      case null -> otherwise;
      case Parameter.Int(long value) when value >= 0 -> value;
      case Parameter other -> throw wrong(name, "an integer that is not negative", other);
    };
  }

  /** Returns whether a parameter is there and true. */
  public boolean flag(String name) throws ServingException {
    return switch (values.get(name)) {
      case null -> false;
      case Parameter.Bool(boolean value) -> value;
      case Parameter other -> throw wrong(name, "a boolean", other);
    };
  }

  private ServingException wrong(String name, String expected, Parameter found) {
    String kind =
        switch (found) {
          case Parameter.Bool bool -> "the boolean " + bool.value();
          case Parameter.Int number -> "the integer " + number.value();
          case Parameter.Real number -> "the number " + number.value();
          case Parameter.Text text -> "a string of " + text.value().length() + " characters";
        };
    return ServingException.invalidArgument(
        "Parameter %s of %s: expected %s, found %s".formatted(name, owner, expected, kind));
  }
}
