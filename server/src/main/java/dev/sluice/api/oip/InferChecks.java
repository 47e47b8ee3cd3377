package dev.sluice.api.oip;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;

/** Refusals of requests, in words that all of them share. */
public final class InferChecks {
  private InferChecks() {}

  /** Refuses a request that names no model. */
  public static void modelName(String model) throws ServingException {
    if (model.isEmpty()) {
      throw ServingException.invalidArgument("expected a model name, found none");
    }
  }

  /** Returns an INVALID_ARGUMENT failure that begins with the servable. */
  @FormatMethod
  public static ServingException invalid(
      ServableId id, @FormatString String format, Object... values) {
    return ServingException.invalidArgument(
        "Model %s version %d: ".formatted(id.model(), id.version()) + format.formatted(values));
  }
}
