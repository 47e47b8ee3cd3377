package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Parameter;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.ServingException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a map of parameters. */
final class ParameterFields {
  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;
  private static final int BOOL = 1 << 3;
  private static final int INT64 = 2 << 3;
  private static final int STRING = 3 << 3 | 2;
  private static final int DOUBLE = 4 << 3 | 1;
  private static final int UINT64 = 5 << 3;

  private ParameterFields() {}

  /**
   * Reads a field that holds one entry.
   *
   * @param before what was read before; null if nothing
   * @param counts those of the request
   * @return that, with the entry
   */
  static Map<String, Parameter> read(
      ProtoReader in, @Nullable Map<String, Parameter> before, PartCounts counts)
      throws MalformedMessageException, ServingException {
    counts.addParameter();
    Map<String, Parameter> parameters = before == null ? new HashMap<>() : before;
    String key = "";
    Parameter value = null;
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case ENTRY_KEY -> key = in.readString();
        case ENTRY_VALUE -> value = readValue(in, value);
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    if (value == null) {
      parameters.remove(key); // an entry replaces one before it, also where it has no value
    } else {
      parameters.put(key, value);
    }
    return parameters;
  }

  private static @Nullable Parameter readValue(ProtoReader in, @Nullable Parameter before)
      throws MalformedMessageException {
    Parameter value = before;
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case BOOL -> value = new Parameter.Bool(in.readVarint() != 0);
        case INT64, UINT64 -> value = new Parameter.Int(in.readVarint());
        case STRING -> value = new Parameter.Text(in.readString());
        case DOUBLE -> value = new Parameter.Real(Double.longBitsToDouble(in.readFixed64()));
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    return value;
  }
}
