package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.ModelMetadata;
import dev.sluice.api.oip.TensorMetadata;
import java.util.List;

/** Writes what a model says of itself. */
final class ModelText {
  private ModelText() {}

  /** Returns the metadata that the protocol describes. */
  static JsonWriter metadata(ModelMetadata model) {
    JsonWriter json = new JsonWriter().open('{');
    json.name("name").value(model.name());
    json.name("versions").open('[');
    model.versions().forEach(json::value);
    json.close(']').name("platform").value(model.platform());
    tensors(json.name("inputs"), model.inputs());
    tensors(json.name("outputs"), model.outputs());
    return json.close('}');
  }

  private static void tensors(JsonWriter json, List<TensorMetadata> tensors) {
    json.open('[');
    for (TensorMetadata tensor : tensors) {
      json.open('{').name("name").value(tensor.name());
      json.name("datatype").value(tensor.datatype());
      dims(json.name("shape"), tensor).close('}');
    }
    json.close(']');
  }

  /** Returns the configuration that Triton's clients ask for; much of it has no counterpart. */
  static JsonWriter config(ModelMetadata model) {
    JsonWriter json = new JsonWriter().open('{');
    json.name("name").value(model.name());
    json.name("platform").value(model.platform());
    json.name("backend").value(model.engine());
    json.name("max_batch_size").value(0);
    json.name("input").open('[');
    for (TensorMetadata input : model.inputs()) {
      tensor(json, input);
      json.name("optional").value(model.optional().contains(input.name())).close('}');
    }
    json.close(']').name("output").open('[');
    for (TensorMetadata output : model.outputs()) {
      tensor(json, output);
      json.close('}');
    }
    return json.close(']').close('}');
  }

  private static void tensor(JsonWriter json, TensorMetadata tensor) {
    json.open('{').name("name").value(tensor.name());
    json.name("data_type").value(configType(tensor.datatype()));
    dims(json.name("dims"), tensor);
  }

  private static String configType(String datatype) {
    return switch (Datatype.named(datatype)) {
      case null -> "TYPE_INVALID";
      case BYTES -> "TYPE_STRING";
      case Datatype known -> "TYPE_" + known.name();
    };
  }

  private static JsonWriter dims(JsonWriter json, TensorMetadata tensor) {
    json.open('[');
    tensor.shape().forEach(json::value);
    return json.close(']');
  }
}
