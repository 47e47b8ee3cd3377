package dev.sluice.api.tfs.json;

import dev.sluice.api.json.ArraySizes;
import dev.sluice.api.json.FloatRuns;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonMembers;
import dev.sluice.api.json.JsonScanner;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import java.util.Arrays;

/**
 * A request body whose syntax has been checked, and where its interesting members are.
 *
 * <p>Of members with the same name the first counts; others are not seen at all. The bytes belong
 * to the caller and must not change while the body is in use, by the thread that scanned it.
 */
public final class JsonBody implements JsonMembers {
  private static final int ABSENT = -1;

  private final byte[] bytes;
  private final ArraySizes sizes = new ArraySizes();
  private final FloatRuns floats = FloatRuns.ofThread();
  private int document;
  private int root;
  private int signatureName = ABSENT;
  private int instances = ABSENT;
  private int inputs = ABSENT;
  private int examples = ABSENT;
  private int context = ABSENT;

  private JsonBody(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a body's syntax, in one pass.
   *
   * @throws ServingException INVALID_ARGUMENT if it is not JSON, with the reference's reason and
   *     the offset from {@code offset}, or if its value is no object
   */
  public static JsonBody scan(byte[] bytes, int offset, int length) throws ServingException {
    if (length == 0) {
      throw JsonErrors.emptyBody();
    }
    JsonBody body = new JsonBody(bytes);
    int end = offset + length;
    body.root = new JsonScanner(bytes, offset, end, body, body.floats).scan();
    body.document = body.floats.document();
    if (bytes[body.root] != '{') {
      // A copy, for the value may end where the array does, and numbers are read with a look ahead.
      byte[] ended = Arrays.copyOf(Arrays.copyOfRange(bytes, offset, offset + length), length + 1);
      throw JsonErrors.value(ended, body.root - offset, "Is not object");
    }
    return body;
  }

  /**
   * Returns the member {@code signature_name}, empty if there is none.
   *
   * @throws ServingException INVALID_ARGUMENT if it is no string
   */
  public String signatureName() throws ServingException {
    if (signatureName == ABSENT) {
      return "";
    }
    if (bytes[signatureName] != '"') {
      throw error("not formatted correctly. 'signature_name' key must be a string value.");
    }
    return JsonStrings.text(bytes, signatureName);
  }

  /** Returns the error for a signature that the model does not have (rest.md §4.2). */
  public static ServingException signatureNotFound(String name) {
    return ServingException.invalidArgument(
        "Serving signature name: \""
            + (name.isEmpty() ? Signature.DEFAULT_KEY : name)
            + "\" not found in signature def");
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns the numbers that the syntax pass has read already. */
  FloatRuns floats() {
    return floats.ifOf(document);
  }

  /** Returns how many bytes hold the body; the buffer of a small one may be larger than it. */
  public int size() {
    return bytes.length;
  }

  @Override
  public ArraySizes sizes() {
    return sizes;
  }

  /** Returns where the value of {@code instances} is, or -1. */
  int instances() {
    return instances;
  }

  /** Returns where the value of {@code inputs} is, or -1. */
  int inputs() {
    return inputs;
  }

  /** Returns where the value of {@code examples} is, or -1. */
  int examples() {
    return examples;
  }

  /** Returns where the value of {@code context} is, or -1. */
  int context() {
    return context;
  }

  /** Returns an error that quotes the whole body. */
  ServingException error(String problem) {
    return JsonErrors.value(bytes, root, problem);
  }

  @Override
  public void noteMember(int name, int nameEnd, int value) {
    if (instances == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "instances")) {
      instances = value;
    } else if (inputs == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "inputs")) {
      inputs = value;
    } else if (signatureName == ABSENT
        && JsonStrings.matches(bytes, name, nameEnd, "signature_name")) {
      signatureName = value;
    } else if (examples == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "examples")) {
      examples = value;
    } else if (context == ABSENT && JsonStrings.matches(bytes, name, nameEnd, "context")) {
      context = value;
    }
  }

  @Override
  public boolean isNotedMember(int position) {
    return position == instances || position == inputs || position == examples;
  }
}
