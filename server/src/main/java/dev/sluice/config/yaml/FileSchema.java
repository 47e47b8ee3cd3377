package dev.sluice.config.yaml;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.sluice.config.yaml.FlagKeys.Flag;
import java.util.List;
import java.util.Map;

/**
 * Describes the file to editors and to other tools, as a JSON Schema. It is made of the same tables
 * that the file is read by.
 */
public final class FileSchema {
  /** Wherever a number or a truth may stand, a variable of the environment may. */
  private static final String REFERENCE = "\\$\\{.+\\}";

  private static final String TRUTH = "boolean";
  private static final String WHOLE = "integer";
  private static final String NUMBER = "number";
  private static final String TEXT = "string";

  private FileSchema() {}

  /** Returns the schema's text. */
  public static String text() {
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    return gson.toJson(schema()) + "\n";
  }

  private static JsonObject schema() {
    FlagKeys keys = FlagKeys.ofServer();
    JsonObject properties = new JsonObject();
    properties.add(ModelsSection.KEY, models());
    properties.add(
        ServerFile.REPOSITORIES,
        list(typed("A directory of which each sub-directory is a model.", TEXT)));
    properties.add(BatchingSection.KEY, batching(keys));
    properties.add(MonitoringSection.KEY, monitoring(keys));
    keys.flags().forEach((key, flag) -> properties.add(key, flag(flag)));
    keys.groups()
        .forEach(
            (key, members) -> {
              if (!ServerFile.sections().contains(key)) {
                properties.add(key, group(key, members, properties));
              }
            });
    JsonObject definitions = new JsonObject();
    JsonObject model = section(ModelKeys.OF_MODEL);
    model.add("required", texts(ModelKeys.BASE_PATH));
    definitions.add("model", model);
    JsonObject named = section(ModelKeys.OF_MODEL);
    named
        .getAsJsonObject("properties")
        .add(ModelKeys.NAME, typed("How clients call the model.", TEXT));
    named.add("required", texts(ModelKeys.NAME, ModelKeys.BASE_PATH));
    definitions.add("namedModel", named);
    JsonObject schema = new JsonObject();
    schema.addProperty("$schema", "http://json-schema.org/draft-07/schema#");
    schema.addProperty("title", "sluice.yaml");
    schema.addProperty(
        "description", "Settings and models of a server: sluice serve --config=sluice.yaml");
    schema.addProperty("type", "object");
    schema.addProperty("additionalProperties", false);
    schema.add("properties", properties);
    schema.add("definitions", definitions);
    return schema;
  }

  private static JsonObject models() {
    JsonObject byName = new JsonObject();
    byName.addProperty("type", "object");
    byName.add("additionalProperties", reference("#/definitions/model"));
    JsonObject models = anyOf(byName, list(reference("#/definitions/namedModel")));
    models.addProperty("description", "The models that are served, by name or as a list.");
    return models;
  }

  private static JsonObject batching(FlagKeys keys) {
    JsonObject mode = new JsonObject();
    mode.addProperty(
        "description",
        "auto: batches make themselves. tfs: as TensorFlow Serving makes them, by the parameters"
            + " here. off: none.");
    mode.add("enum", texts(BatchingSection.MODES.keySet().toArray(String[]::new)));
    JsonObject properties = new JsonObject();
    properties.add(BatchingSection.MODE, mode);
    BatchingSection.fields().forEach((key, field) -> properties.add(key, parameter(field)));
    keys.beginningWith(BatchingSection.KEY)
        .forEach((key, flag) -> properties.add(key, flagReference(flag)));
    return anyOf(mode.deepCopy(), object(properties));
  }

  private static JsonObject parameter(FieldDescriptor field) {
    String type =
        switch (BatchingSection.typeOf(field)) {
          case BOOLEAN -> TRUTH;
          case INT, LONG -> WHOLE;
          case FLOAT, DOUBLE -> NUMBER;
          case STRING, BYTE_STRING, ENUM, MESSAGE -> TEXT;
        };
    JsonObject one = typed("With mode: tfs only.", type);
    return field.isRepeated() ? list(one) : one;
  }

  private static JsonObject monitoring(FlagKeys keys) {
    JsonObject properties = new JsonObject();
    properties.add(MonitoringSection.ENABLE, typed("Whether there is a page of metrics.", TRUTH));
    properties.add(MonitoringSection.PATH, typed("Where it is; begins with /.", TEXT));
    keys.beginningWith(MonitoringSection.KEY)
        .forEach((key, flag) -> properties.add(key, flagReference(flag)));
    return object(properties);
  }

  private static JsonObject group(String key, Map<String, Flag> members, JsonObject flags) {
    JsonObject properties = new JsonObject();
    members.forEach((rest, flag) -> properties.add(rest, flagReference(flag)));
    JsonObject group = object(properties);
    group.addProperty("description", "Stands for %s_ before each of these keys.".formatted(key));
    return flags.has(key) ? anyOf(flags.getAsJsonObject(key), group) : group;
  }

  private static JsonObject flag(Flag flag) {
    JsonObject described =
        switch (flag.type().getSimpleName()) {
          case "boolean", "Boolean" -> typed(flag.description(), TRUTH);
          case "int", "long" -> typed(flag.description(), WHOLE);
          case "float", "double" -> typed(flag.description(), NUMBER);
          default -> text(flag);
        };
    Object initial = flag.initial();
    switch (initial) {
      case Boolean truth -> described.addProperty("default", truth);
      case Number number -> described.addProperty("default", number);
      case String text when !text.isEmpty() -> described.addProperty("default", text);
      case null, default -> {
        // What is nothing, or a list of it, need not be said.
      }
    }
    return described;
  }

  private static JsonObject text(Flag flag) {
    JsonArray types = texts(TEXT, NUMBER);
    JsonObject described = new JsonObject();
    described.addProperty("description", flag.description());
    described.add("type", types);
    if (flag.takesList()) {
      types.add("array");
      described.add("items", scalar());
    }
    if (flag.takesPairs()) {
      types.add("object");
      described.add("additionalProperties", scalar());
    }
    return described;
  }

  private static JsonObject section(List<ModelKeys.Key> keys) {
    JsonObject properties = new JsonObject();
    for (ModelKeys.Key key : keys) {
      properties.add(key.name(), value(key));
    }
    return object(properties);
  }

  private static JsonObject value(ModelKeys.Key key) {
    JsonObject value =
        switch (key.kind()) {
          case ModelKeys.Kind.Text _ -> typed("", TEXT);
          case ModelKeys.Kind.Truth _ -> typed("", TRUTH);
          case ModelKeys.Kind.Whole(int least) -> bounded(typed("", WHOLE), "minimum", least);
          case ModelKeys.Kind.Real(double least, double most) ->
              bounded(bounded(typed("", NUMBER), "minimum", least), "maximum", most);
          case ModelKeys.Kind.Versions _ -> versions();
          case ModelKeys.Kind.Labels _ -> {
            JsonObject labels = new JsonObject();
            labels.addProperty("type", "object");
            labels.add("additionalProperties", typed("", WHOLE));
            yield labels;
          }
          case ModelKeys.Kind.Section(List<ModelKeys.Key> keys) -> section(keys);
        };
    value.addProperty("description", key.description());
    return value;
  }

  private static JsonObject versions() {
    JsonObject all = new JsonObject();
    all.addProperty("type", TEXT);
    all.addProperty("pattern", "^%s$|%s".formatted(ModelKeys.ALL, REFERENCE));
    JsonObject latest = new JsonObject();
    latest.add(ModelKeys.LATEST, bounded(typed("", WHOLE), "minimum", 1));
    return anyOf(all, list(typed("", WHOLE)), object(latest));
  }

  private static JsonObject typed(String description, String type) {
    JsonObject typed = new JsonObject();
    if (!description.isEmpty()) {
      typed.addProperty("description", description);
    }
    if (type.equals(TEXT)) {
      typed.addProperty("type", TEXT);
    } else {
      typed.add("type", texts(type, TEXT));
      typed.addProperty("pattern", REFERENCE);
    }
    return typed;
  }

  private static JsonObject scalar() {
    JsonObject scalar = new JsonObject();
    scalar.add("type", texts(TEXT, NUMBER, TRUTH));
    return scalar;
  }

  private static JsonObject bounded(JsonObject typed, String bound, Number value) {
    typed.addProperty(bound, value);
    return typed;
  }

  private static JsonObject object(JsonObject properties) {
    JsonObject object = new JsonObject();
    object.addProperty("type", "object");
    object.addProperty("additionalProperties", false);
    object.add("properties", properties);
    return object;
  }

  private static JsonObject list(JsonObject items) {
    JsonObject list = new JsonObject();
    list.addProperty("type", "array");
    list.add("items", items);
    return list;
  }

  private static JsonObject anyOf(JsonObject... choices) {
    JsonArray any = new JsonArray();
    for (JsonObject choice : choices) {
      any.add(choice);
    }
    JsonObject object = new JsonObject();
    object.add("anyOf", any);
    return object;
  }

  private static JsonObject flagReference(Flag flag) {
    return reference("#/properties/" + flag.name().substring(2));
  }

  private static JsonObject reference(String target) {
    JsonObject reference = new JsonObject();
    reference.addProperty("$ref", target);
    return reference;
  }

  private static JsonArray texts(String... texts) {
    JsonArray array = new JsonArray();
    for (String text : texts) {
      array.add(text);
    }
    return array;
  }
}
