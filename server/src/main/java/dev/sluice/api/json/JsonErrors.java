package dev.sluice.api.json;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;

/** The error texts of rest.md §3 and §4, to the byte. */
public final class JsonErrors {
  private JsonErrors() {}

  /** Returns the error for a body without a byte. */
  public static ServingException emptyBody() {
    return ServingException.invalidArgument("JSON Parse error: The document is empty");
  }

  static ServingException syntax(String reason, int offset) {
    return ServingException.invalidArgument(
        "JSON Parse error: " + reason + " at offset: " + offset);
  }

  /** Returns an error that quotes the value at a position. */
  public static ServingException value(byte[] bytes, int position, String problem) {
    return ServingException.invalidArgument(
        "JSON Value: " + ValueDump.of(bytes, position) + " " + problem);
  }

  /** Returns an error that quotes a value and names the type that it should have. */
  public static ServingException type(byte[] bytes, int position, String expected) {
    return value(
        bytes,
        position,
        "Type: " + typeName(bytes[position]) + " is not of expected type: " + expected);
  }

  /**
   * Returns an error, UNIMPLEMENTED, that quotes a value and names a type that no JSON can be
   * converted to.
   */
  public static ServingException unsupported(byte[] bytes, int position, String type) {
    return new ServingException(
        Code.UNIMPLEMENTED,
        "Conversion of JSON Value: " + ValueDump.of(bytes, position) + " to type: " + type);
  }

  /** Returns the error for text that is no base64. */
  public static ServingException base64() {
    return ServingException.invalidArgument("Unable to base64 decode");
  }

  /**
   * Refuses more dimensions than a tensor may have, in the words of grpc.md §5 for a bad tensor.
   */
  public static ServingException tooManyDimensions(String input) {
    return ServingException.invalidArgument("tensor parsing error: " + input);
  }

  /** Wraps what went wrong in an element of a list of plain values. */
  public static ServingException inElement(int element, ServingException cause) {
    return ServingException.invalidArgument(
        "Failed to process element: "
            + element
            + " of 'instances' list. Error: "
            + cause.codeAndText());
  }

  /** Wraps what went wrong in a member of an element of a list of objects. */
  public static ServingException inMember(int element, String name, ServingException cause) {
    return ServingException.invalidArgument(
        "Failed to process element: "
            + element
            + " key: "
            + name
            + " of 'instances' list. Error: "
            + cause.codeAndText());
  }

  /** Returns what the reference calls the type of the value that begins with a byte. */
  public static String typeName(byte first) {
    return switch (first) {
      case '{' -> "Object";
      case '[' -> "Array";
      case '"' -> "String";
      case 't' -> "True";
      case 'f' -> "False";
      case 'n' -> "Null";
      default -> "Number";
    };
  }
}
