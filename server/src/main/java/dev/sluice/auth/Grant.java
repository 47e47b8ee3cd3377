package dev.sluice.auth;

import java.util.List;
import java.util.Set;

/** Some scopes on some models. */
public record Grant(Set<Scope> scopes, List<ModelPattern> models) {
  /** Copies the collections. */
  public Grant {
    scopes = Set.copyOf(scopes);
    models = List.copyOf(models);
  }

  boolean has(Scope wanted) {
    return scopes.stream().anyMatch(scope -> scope.includes(wanted));
  }
}
