package dev.sluice.api.oip.rest;

import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.Versions;
import dev.sluice.api.rest.RestTarget;
import dev.sluice.http.Targets;
import dev.sluice.servable.ServingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request under {@code /v2} asks for. */
sealed interface OipRoute {
  /** What all targets begin with. */
  String ROOT = "/v2";

  /** Run a model. */
  record Infer(RestTarget target) implements OipRoute {
    @Override
    public Endpoint endpoint() {
      return Endpoint.INFER;
    }
  }

  /**
   * Anything else that there is.
   *
   * @param name of a model or a region; empty if the path has none
   * @param version of the model; empty if the path has none
   */
  record Other(Endpoint endpoint, String name, String version) implements OipRoute {
    /** Returns the model asked for; empty if it is none. */
    String model() {
      return endpoint.namesRegion() ? "" : name;
    }
  }

  /** A path that names no version, or no model. */
  record Refused(Endpoint endpoint, ServingException failure) implements OipRoute {}

  /** No route. */
  record Unknown() implements OipRoute {
    @Override
    public @Nullable Endpoint endpoint() {
      return null;
    }
  }

  /** Returns what the route leads to; null if it leads nowhere. */
  @Nullable Endpoint endpoint();

  /** Finds the route of a target, which begins with {@code /v2}; never fails. */
  static OipRoute of(String target) {
    int query = target.indexOf('?');
    int end = query < 0 ? target.length() : query;
    if (end > ROOT.length() && target.charAt(ROOT.length()) != '/') {
      return new Unknown();
    }
    List<String> path = Endpoint.segments(target.substring(Math.min(ROOT.length() + 1, end), end));
    for (Endpoint endpoint : Endpoint.values()) {
      List<String> template = endpoint.templateOf(path);
      if (template != null) {
        return route(
            endpoint, variable("{name}", template, path), variable("{version}", template, path));
      }
    }
    return new Unknown();
  }

  private static OipRoute route(
      Endpoint endpoint, @Nullable String name, @Nullable String version) {
    try {
      if (name != null && name.isEmpty()) {
        InferChecks.modelName(name);
      }
      if (version != null && version.isEmpty()) {
        throw ServingException.invalidArgument(
            "Model " + name + ": expected a version in the path, found an empty one");
      }
      String model = name == null ? "" : name;
      String number = version == null ? "" : version;
      return endpoint == Endpoint.INFER
          ? new Infer(new RestTarget(model, Versions.choice(model, number)))
          : new Other(endpoint, model, number);
    } catch (ServingException e) {
      return new Refused(endpoint, e);
    }
  }

  private static @Nullable String variable(
      String variable, List<String> template, List<String> path) {
    int index = template.indexOf(variable);
    return index < 0 ? null : Targets.decoded(path.get(index));
  }
}
