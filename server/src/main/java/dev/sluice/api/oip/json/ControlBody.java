package dev.sluice.api.oip.json;

import dev.sluice.api.json.ArraySizes;
import dev.sluice.api.json.FloatRuns;
import dev.sluice.api.json.JsonMembers;
import dev.sluice.api.json.JsonObject;
import dev.sluice.api.json.JsonScanner;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.servable.ServingException;
import java.util.Map;

/** The body of a request that runs no model: an object, or nothing at all. */
public final class ControlBody implements JsonMembers {
  private final byte[] bytes;
  private final ArraySizes sizes = ArraySizes.withEnds();
  private final int root;

  /**
   * Checks a body's syntax.
   *
   * @param bytes all of the body
   */
  public ControlBody(byte[] bytes) throws ServingException {
    this.bytes = bytes;
    this.root =
        bytes.length == 0
            ? -1
            : new JsonScanner(bytes, 0, bytes.length, this, FloatRuns.NONE).scanWhole();
  }

  /**
   * Returns the members that are strings, numbers or booleans.
   *
   * @param owner whose they are, for messages
   */
  public Parameters members(String owner) throws ServingException {
    return root < 0
        ? new Parameters(owner, Map.of())
        : new ParameterReader(bytes, sizes, new PartCounts()).read(root, owner);
  }

  /**
   * Returns the members of the member {@code parameters}.
   *
   * @param owner whose they are, for messages
   */
  public Parameters parameters(String owner) throws ServingException {
    var _ = members(owner); // for the root must be an object
    JsonObject object = root < 0 ? null : new JsonObject(bytes, sizes, root);
    while (object != null && object.next()) {
      if (object.is("parameters") && bytes[object.value()] != 'n') {
        return new ParameterReader(bytes, sizes, new PartCounts()).read(object.value(), owner);
      }
    }
    return new Parameters(owner, Map.of());
  }

  @Override
  public void noteMember(int name, int nameEnd, int value) {}

  @Override
  public boolean isNotedMember(int position) {
    return false;
  }

  @Override
  public ArraySizes sizes() {
    return sizes;
  }
}
