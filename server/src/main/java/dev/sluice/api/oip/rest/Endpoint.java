package dev.sluice.api.oip.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What there is below {@code /v2}, and by which methods. */
enum Endpoint {
  INFER("POST", "models/{name}/infer", "models/{name}/versions/{version}/infer"),
  SERVER("GET", ""),
  LIVE("GET", "health/live"),
  READY("GET", "health/ready"),
  STATISTICS(
      "GET", "models/stats", "models/{name}/stats", "models/{name}/versions/{version}/stats"),
  MODEL("GET", "models/{name}", "models/{name}/versions/{version}"),
  MODEL_READY("GET", "models/{name}/ready", "models/{name}/versions/{version}/ready"),
  MODEL_CONFIG("GET", "models/{name}/config", "models/{name}/versions/{version}/config"),
  INDEX("POST", "repository/index"),
  LOAD("POST", "repository/models/{name}/load"),
  UNLOAD("POST", "repository/models/{name}/unload"),
  MEMORY_STATUS("GET", "systemsharedmemory/status", "systemsharedmemory/region/{name}/status"),
  MEMORY_REGISTER("POST", "systemsharedmemory/region/{name}/register"),
  MEMORY_UNREGISTER(
      "POST", "systemsharedmemory/unregister", "systemsharedmemory/region/{name}/unregister"),
  CUDA_STATUS("GET", "cudasharedmemory/status", "cudasharedmemory/region/{name}/status"),
  CUDA_REGISTER("POST", "cudasharedmemory/region/{name}/register"),
  CUDA_UNREGISTER(
      "POST", "cudasharedmemory/unregister", "cudasharedmemory/region/{name}/unregister"),
  TRACE("GET, POST", "trace/setting", "models/{name}/trace/setting"),
  LOGGING("GET, POST", "logging");

  private final String allow;

  @SuppressWarnings("ImmutableEnumChecker") // unmodifiable
  private final List<String> methods;

  @SuppressWarnings("ImmutableEnumChecker") // unmodifiable
  private final List<List<String>> templates;

  Endpoint(String allow, String... templates) {
    this.allow = allow;
    this.methods = List.of(allow.split(", ", -1));
    this.templates = List.of(templates).stream().map(Endpoint::segments).toList();
  }

  /** Returns the parts of a path below {@code /v2/}. */
  static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }

  /** Returns true if a method may be used; HEAD is a GET without its body. */
  boolean allows(String method) {
    return methods.contains(method) || (method.equals("HEAD") && methods.contains("GET"));
  }

  /** Returns true if the answer may take long, so that no event loop should wait for it. */
  boolean blocks() {
    return this == LOAD || this == UNLOAD || this == MEMORY_REGISTER || this == MEMORY_UNREGISTER;
  }

  /** Returns true if the name in the path is a region's of shared memory, not a model's. */
  boolean namesRegion() {
    return switch (this) {
      case MEMORY_STATUS,
          MEMORY_REGISTER,
          MEMORY_UNREGISTER,
          CUDA_STATUS,
          CUDA_REGISTER,
          CUDA_UNREGISTER ->
          true;
      case INFER,
          SERVER,
          LIVE,
          READY,
          STATISTICS,
          MODEL,
          MODEL_READY,
          MODEL_CONFIG,
          INDEX,
          LOAD,
          UNLOAD,
          TRACE,
          LOGGING ->
          false;
    };
  }

  /** Returns the first form of a path below {@code /v2/}. */
  String template() {
    return String.join("/", templates.getFirst());
  }

  /** Returns the methods, as the header {@code Allow} lists them. */
  String allow() {
    return allow;
  }

  /** Returns the template that a path has the form of, or null. */
  @Nullable List<String> templateOf(List<String> path) {
    for (List<String> template : templates) {
      if (matches(template, path)) {
        return template;
      }
    }
    return null;
  }

  private static boolean matches(List<String> template, List<String> path) {
    if (template.size() != path.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      if (!isVariable(template.get(i)) && !template.get(i).equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVariable(String segment) {
    return segment.startsWith("{");
  }
}
