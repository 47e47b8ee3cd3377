package dev.sluice.config.yaml;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.sluice.config.ConfigException;
import dev.sluice.config.yaml.FlagKeys.Flag;
import dev.sluice.protos.serving.BatchingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads {@code batching}: who makes batches, and the parameters by which TensorFlow Serving makes
 * them, which are the fields of its message.
 */
final class BatchingSection {
  static final String KEY = "batching";
  static final String MODE = "mode";

  /** What each mode is on the command line; empty: the flag is left out. */
  static final Map<String, String> MODES =
      new TreeMap<>(Map.of("auto", "", "tfs", "true", "off", "false"));

  private static final String FLAG = "--enable_batching";

  private final YamlReader reader;
  private final FlagSection flags;
  private final FlagKeys keys;

  BatchingSection(YamlReader reader, FlagSection flags, FlagKeys keys) {
    this.reader = reader;
    this.flags = flags;
    this.keys = keys;
  }

  /** Returns the parameters' fields by their keys. */
  static Map<String, FieldDescriptor> fields() {
    Map<String, FieldDescriptor> fields = new TreeMap<>();
    for (FieldDescriptor field : BatchingParameters.getDescriptor().getFields()) {
      fields.put(field.getName(), field);
    }
    return fields;
  }

  /** Returns what a field takes, for messages and for the schema. */
  static FieldDescriptor.JavaType typeOf(FieldDescriptor field) {
    // A number or text that may be absent is wrapped into a message of one field.
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? field.getMessageType().findFieldByNumber(1).getJavaType()
        : field.getJavaType();
  }

  /** Returns the parameters, if there are any; the mode goes to the flags. */
  Optional<BatchingParameters> read(YamlEntry section) {
    if (section.value() instanceof ScalarNode) {
      mode(section);
      return Optional.empty();
    }
    Map<String, FieldDescriptor> fields = fields();
    Map<String, Flag> furtherFlags = keys.beginningWith(KEY);
    TreeSet<String> known = new TreeSet<>(fields.keySet());
    known.add(MODE);
    known.addAll(furtherFlags.keySet());
    BatchingParameters.Builder message = BatchingParameters.newBuilder();
    List<YamlEntry> parameters = new ArrayList<>();
    for (YamlEntry entry : reader.entries(section.name(), section.value(), known).values()) {
      FieldDescriptor field = fields.get(entry.text());
      Flag flag = furtherFlags.get(entry.text());
      if (field != null) {
        parameters.add(entry);
        merge(entry, field, message);
      } else if (flag != null) {
        flags.flag(entry, flag);
      } else {
        mode(entry);
      }
    }
    if (parameters.isEmpty()) {
      return Optional.empty();
    }
    check(message.build(), section, parameters);
    return Optional.of(message.build());
  }

  private void mode(YamlEntry entry) {
    String expected = "one of " + String.join(", ", MODES.keySet());
    Optional<String> mode = reader.text(entry.name(), entry.value(), expected);
    if (mode.isEmpty()) {
      return;
    }
    String value = MODES.get(mode.get());
    if (value == null) {
      reader.expected(entry.name(), entry.value(), expected);
    } else if (!value.isEmpty()) {
      flags.put(FLAG, value, entry);
    }
  }

  private void check(BatchingParameters message, YamlEntry section, List<YamlEntry> parameters) {
    try {
      var _ =
          dev.sluice.config.BatchingParameters.of(
              message, Runtime.getRuntime().availableProcessors());
    } catch (ConfigException e) {
      Node place =
          parameters.stream()
              .filter(entry -> e.text().contains(entry.text()))
              .findFirst()
              .orElse(section)
              .key();
      reader.mistakes().add(place, section.name() + ": " + e.text());
    }
  }

  /** Notes parameters that nothing would look at; after all flags have been read. */
  void requireMode(YamlEntry section) {
    if (!"true".equals(flags.values().get(FLAG))) {
      reader
          .mistakes()
          .add(
              section.key(),
              "%s: parameters hold for batches as TensorFlow Serving makes them; expected mode: tfs beside them"
                  .formatted(section.name()));
    }
  }

  private void merge(YamlEntry entry, FieldDescriptor field, BatchingParameters.Builder message) {
    Optional<JsonElement> value = json(entry, field);
    if (value.isEmpty()) {
      return;
    }
    JsonObject object = new JsonObject();
    object.add(field.getName(), value.get());
    try {
      JsonFormat.parser().merge(object.toString(), message);
    } catch (InvalidProtocolBufferException e) {
      reader.expected(entry.name(), entry.value(), expected(field));
    }
  }

  private Optional<JsonElement> json(YamlEntry entry, FieldDescriptor field) {
    if (!field.isRepeated()) {
      return reader.text(entry.name(), entry.value(), expected(field)).map(JsonPrimitive::new);
    }
    if (!(entry.value() instanceof SequenceNode sequence)) {
      reader.expected(entry.name(), entry.value(), "a list");
      return Optional.empty();
    }
    JsonArray items = new JsonArray();
    for (Node item : sequence.getValue()) {
      reader
          .text("%s[%d]".formatted(entry.name(), items.size()), item, expected(field))
          .ifPresent(items::add);
    }
    return items.size() == sequence.getValue().size() ? Optional.of(items) : Optional.empty();
  }

  private static String expected(FieldDescriptor field) {
    String one =
        switch (typeOf(field)) {
          case BOOLEAN -> "true or false";
          case STRING -> "a text";
          case INT, LONG -> "a whole number";
          case FLOAT, DOUBLE -> "a number";
          case BYTE_STRING, ENUM, MESSAGE -> "a value";
        };
    return field.isRepeated() ? "a list, each item " + one : one;
  }
}
