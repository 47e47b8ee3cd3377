package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelStatistics;
import dev.sluice.api.oip.ServerHealth;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.json.ControlBody;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;

/** Answers requests that run no model. */
final class OipInfo {
  private final ServerMetadata server;
  private final ServerHealth health;
  private final ModelCatalog catalog;
  private final ModelStatistics statistics;
  private final RepositoryEndpoints repository;
  private final RegionEndpoints regions;

  OipInfo(OipRestApi.Parts parts) {
    this.server = parts.server();
    this.health = parts.health();
    this.catalog = parts.models();
    this.statistics = new ModelStatistics(parts.telemetry().metrics().inference(), parts.models());
    this.repository = new RepositoryEndpoints(parts.models(), parts.control());
    this.regions = new RegionEndpoints(parts.regions());
  }

  /** A status of HTTP and a body. */
  record Answer(int status, JsonWriter json) {
    static Answer ok(JsonWriter json) {
      return new Answer(200, json);
    }

    static Answer empty() {
      return ok(new JsonWriter().open('{').close('}'));
    }

    byte[] body() {
      return json.toBytes();
    }
  }

  /**
   * Returns the answer of an endpoint.
   *
   * @param body is read where one belongs
   */
  Answer answer(OipRoute.Other route, byte[] body) throws ServingException {
    String name = route.name();
    String version = route.version();
    return switch (route.endpoint()) {
      case SERVER -> Answer.ok(server());
      case LIVE -> verdict("live", health.isLive());
      case READY -> verdict("ready", health.isReady());
      case MODEL_READY -> modelReady(name, version);
      case MODEL -> Answer.ok(ModelText.metadata(catalog.metadata(name, version, "")));
      case MODEL_CONFIG -> Answer.ok(ModelText.config(catalog.metadata(name, version, "")));
      case STATISTICS -> Answer.ok(StatisticsText.of(statistics.of(name, version)));
      case INDEX -> Answer.ok(repository.index(new ControlBody(body)));
      case LOAD -> {
        repository.load(name, new ControlBody(body));
        yield Answer.empty();
      }
      case UNLOAD -> {
        repository.unload(name);
        yield Answer.empty();
      }
      case MEMORY_STATUS -> Answer.ok(regions.status(name));
      case MEMORY_REGISTER -> {
        regions.register(name, new ControlBody(body));
        yield Answer.empty();
      }
      case MEMORY_UNREGISTER -> {
        regions.unregister(name);
        yield Answer.empty();
      }
      case CUDA_STATUS, CUDA_REGISTER, CUDA_UNREGISTER ->
          throw missing(
              "Memory of a GPU cannot be shared with this server; memory of the system can"
                  + " (/v2/systemsharedmemory)");
      case TRACE -> throw missing("What this server traces cannot be changed while it runs");
      case LOGGING -> throw missing("What this server logs cannot be changed while it runs");
      case INFER -> throw new IllegalStateException("runs a model");
    };
  }

  private static ServingException missing(String why) {
    return new ServingException(Code.UNIMPLEMENTED, why);
  }

  private JsonWriter server() {
    JsonWriter json = new JsonWriter().open('{');
    json.name("name").value(server.name());
    json.name("version").value(server.version());
    json.name("extensions").open('[');
    server.extensions().forEach(json::value);
    return json.close(']').close('}');
  }

  private static Answer verdict(String name, boolean now) {
    return new Answer(now ? 200 : 503, new JsonWriter().open('{').name(name).value(now).close('}'));
  }

  private Answer modelReady(String model, String version) throws ServingException {
    boolean now = catalog.isReady(model, version);
    if (!now && !isKnown(model, version)) {
      throw new ServingException(
          Code.NOT_FOUND,
          version.isEmpty()
              ? "Model %s: there is none".formatted(model)
              : "Model %s: there is no version %s".formatted(model, version));
    }
    JsonWriter json = new JsonWriter().open('{').name("name").value(model);
    return new Answer(now ? 200 : 503, json.name("ready").value(now).close('}'));
  }

  private boolean isKnown(String model, String version) {
    return catalog.index(false).stream()
        .anyMatch(
            entry ->
                entry.name().equals(model)
                    && (version.isEmpty() || entry.version().equals(version)));
  }
}
