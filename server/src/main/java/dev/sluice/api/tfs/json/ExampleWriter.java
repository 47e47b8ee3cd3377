package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;

/**
 * Writes JSON objects as serialized tensorflow.Examples, one behind the other (rest.md §6).
 *
 * <p>A name that occurs twice is written twice: of a map's entries the last one counts.
 */
final class ExampleWriter {
  private static final int FEATURES = 1 << 3 | 2;
  private static final int FEATURE_ENTRY = 1 << 3 | 2;
  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;

  private final byte[] bytes;
  private final FeatureWriter feature;
  private final JsonSink features = new JsonSink(256);
  private final JsonSink out = new JsonSink(256);

  /** Creates a writer for values of a checked document. */
  ExampleWriter(byte[] bytes) {
    this.bytes = bytes;
    this.feature = new FeatureWriter(bytes);
  }

  /** Returns how many bytes have been written. */
  int length() {
    return out.length();
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  /**
   * Writes the value at a position.
   *
   * @return the position behind it
   * @throws ServingException INVALID_ARGUMENT if it is no object, or a member no feature
   */
  int write(int position) throws ServingException {
    if (bytes[position] != '{') {
      throw ServingException.invalidArgument(
          "Example must be JSON object but got JSON " + JsonErrors.typeName(bytes[position]));
    }
    features.clear();
    int member = ValueWalk.space(bytes, position + 1);
    while (bytes[member] != '}') {
      int value = ValueWalk.memberValue(bytes, JsonStrings.end(bytes, member));
      int end = feature.read(member, value);
      writeEntry(JsonStrings.decode(bytes, member));
      member = ValueWalk.next(bytes, end);
    }
    if (features.length() > 0) {
      out.put(FEATURES);
      Varints.put(out, features.length());
      out.put(features.array(), 0, features.length());
    }
    return member + 1;
  }

  private void writeEntry(byte[] key) {
    int value = feature.size();
    features.put(FEATURE_ENTRY);
    Varints.put(features, 2 + Varints.size(key.length) + key.length + Varints.size(value) + value);
    features.put(ENTRY_KEY);
    Varints.put(features, key.length);
    features.put(key);
    features.put(ENTRY_VALUE);
    Varints.put(features, value);
    feature.writeTo(features);
  }
}
