package dev.sluice.it;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The one direction in which packages may import (docs/architecture.md): a package imports only
 * from rows above its own, packages of one row may import each other. The clients import nothing
 * else of Sluice than protos and what they share, {@code client}. What a module may see of the
 * outside is narrower still for core and for the engines.
 */
final class ImportRules {
  private static final String ROOT = "dev.sluice.";
  private static final String PROTOS = ROOT + "protos.";

  /** From the bottom of the import graph to its top; a row covers its sub-packages. */
  private static final List<String> ROWS =
      List.of(
          "metrics",
          "tensor",
          "servable",
          "telemetry",
          "engine",
          "source",
          "lifecycle",
          "health",
          "batching",
          "admission",
          "predict",
          "config",
          "auth",
          "tls",
          "http",
          "api",
          "tracing",
          "logs",
          "console",
          "warmup",
          "client",
          "demo",
          "loadtest",
          "check",
          "main");

  /** Within the row of APIs: a protocol sees no other, and what they share sees none. */
  private static final List<String> PROTOCOLS = List.of(ROOT + "api.tfs.", ROOT + "api.oip.");

  private static final List<String> CORE_SEES =
      List.of("java.", "org.jspecify.", "com.google.errorprone.");

  /** They know a server by its address only, so they share no code with it. */
  private static final Set<String> CLIENTS = Set.of("client", "demo", "loadtest");

  /** What clients share among each other. */
  private static final String CLIENT = "client";

  private static final Set<String> ENGINES_SEE = Set.of("tensor", "servable", "engine");

  private ImportRules() {}

  /** Returns one line for each import of a file that breaks a rule; the line names both. */
  static List<String> violations(SourceFile file) {
    Optional<String> row = row(file.packageName());
    if (row.isEmpty()) {
      return List.of(file.name() + ": package " + file.packageName() + " is in no row");
    }
    return file.imports().stream()
        .filter(name -> !isAllowed(file, row.get(), name))
        .map(name -> file.module() + "/" + file.name() + " must not import " + name)
        .toList();
  }

  private static boolean isAllowed(SourceFile file, String row, String name) {
    if (name.startsWith(PROTOS)) {
      return !file.module().equals("core");
    }
    if (!name.startsWith(ROOT)) {
      return !file.module().equals("core") || CORE_SEES.stream().anyMatch(name::startsWith);
    }
    Optional<String> imported = row(name);
    if (imported.isEmpty()) {
      return false;
    }
    if (file.module().startsWith("engines/")) {
      return ENGINES_SEE.contains(imported.get());
    }
    if (CLIENTS.contains(row)) {
      return imported.get().equals(row) || imported.get().equals(CLIENT);
    }
    if (row.equals("api") && isOtherProtocol(file.packageName() + ".", name)) {
      return false;
    }
    return ROWS.indexOf(imported.get()) <= ROWS.indexOf(row);
  }

  private static boolean isOtherProtocol(String packageName, String name) {
    return PROTOCOLS.stream()
        .anyMatch(protocol -> name.startsWith(protocol) && !packageName.startsWith(protocol));
  }

  /** Returns the row of a package, or of an imported name: the part behind {@code dev.sluice.}. */
  private static Optional<String> row(String name) {
    if (!name.startsWith(ROOT)) {
      return Optional.empty();
    }
    String rest = name.substring(ROOT.length());
    int dot = rest.indexOf('.');
    String first = dot < 0 ? rest : rest.substring(0, dot);
    return ROWS.contains(first) ? Optional.of(first) : Optional.empty();
  }
}
