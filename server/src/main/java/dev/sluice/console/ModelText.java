package dev.sluice.console;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.http.Targets;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Writes what a version takes and gives, for the form that tries it. */
final class ModelText {
  private static final String VERSIONS = "/versions/";

  private final Predictor predictor;

  ModelText(Predictor predictor) {
    this.predictor = predictor;
  }

  /**
   * Returns the text for a version that is available.
   *
   * @param path such as {@code digits/versions/2}, percent-encoded
   * @throws ServingException INVALID_ARGUMENT if the path has another form, NOT_FOUND if there is
   *     no such version
   */
  byte[] of(String path) throws ServingException {
    int end = path.lastIndexOf(VERSIONS);
    if (end < 0) {
      throw badPath(path);
    }
    String model = Targets.decoded(path.substring(0, end));
    ServableLease lease =
        predictor.acquire(model, new VersionChoice.Specific(number(path, end + VERSIONS.length())));
    try {
      return write(lease);
    } finally {
      lease.release();
    }
  }

  private static long number(String path, int start) throws ServingException {
    try {
      return Long.parseLong(path, start, path.length(), 10);
    } catch (NumberFormatException e) {
      throw badPath(path);
    }
  }

  private static ServingException badPath(String path) {
    return ServingException.invalidArgument(
        "Expected a path that ends with MODEL/versions/NUMBER, found " + path);
  }

  private static byte[] write(ServableLease lease) {
    JsonWriter json = new JsonWriter().open('{').name("name").value(lease.id().model());
    json.name("version").value(Long.toString(lease.id().version()));
    json.name("engine").value(lease.servable().engine()).name("signatures").open('[');
    for (Signature signature : new TreeMap<>(lease.servable().signatures()).values()) {
      json.open('{').name("key").value(signature.key());
      json.name("method").value(signature.methodName());
      tensors(json.name("inputs"), signature.inputs(), signature.defaults().keySet());
      tensors(json.name("outputs"), signature.outputs(), Set.of());
      json.close('}');
    }
    return json.close(']').close('}').toBytes();
  }

  private static void tensors(JsonWriter json, List<TensorSpec> specs, Set<String> optional) {
    json.open('[');
    for (TensorSpec spec : specs) {
      DataType dtype = spec.dtype();
      json.open('{').name("name").value(spec.name());
      json.name("dtype").value(dtype == null ? "" : dtype.label());
      json.name("ranked").value(spec.shape().hasRank());
      shape(json.name("shape"), spec.shape());
      json.name("optional").value(optional.contains(spec.name())).close('}');
    }
    json.close(']');
  }

  private static void shape(JsonWriter json, Shape shape) {
    json.open('[');
    for (int axis = 0; axis < shape.rank(); axis++) {
      json.value(shape.dim(axis));
    }
    json.close(']');
  }
}
