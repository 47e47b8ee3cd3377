package dev.sluice.auth;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Somebody who has shown who he is, and what he may do. Immutable; asking allocates nothing. */
public final class Principal {
  /** Characters of a name: it goes into logs and messages. */
  private static final int LONGEST_NAME = 128;

  private static final ModelPattern[] NONE = {};

  /** Who is trusted with everything, for nobody is asked who he is. */
  public static final Principal TRUSTED =
      new Principal(
          "anybody", List.of(new Grant(Set.of(Scope.ADMIN), List.of(new ModelPattern("*")))));

  private final String name;
  private final Map<Scope, ModelPattern[]> models = new EnumMap<>(Scope.class);

  /**
   * Creates a principal.
   *
   * @param name may come from a client; what of it cannot stand in a line of a log is replaced
   */
  public Principal(String name, List<Grant> grants) {
    this.name = printable(name);
    for (Scope scope : Scope.values()) {
      models.put(
          scope,
          grants.stream()
              .filter(grant -> grant.has(scope))
              .flatMap(grant -> grant.models().stream())
              .distinct()
              .toArray(ModelPattern[]::new));
    }
  }

  private static String printable(String name) {
    String cut = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
    return cut.codePoints()
        .mapToObj(c -> Character.isISOControl(c) || c > 0x7e ? "?" : Character.toString(c))
        .collect(Collectors.joining());
  }

  /**
   * Returns the client that requests are of; empty if nobody was asked who he is. Those whom nobody
   * knows are one client together.
   */
  public String clientName() {
    return this == TRUSTED ? "" : name;
  }

  /** Returns the name, in printable ASCII. */
  public String name() {
    return name;
  }

  /** Returns true if the principal has a scope on a model. */
  public boolean may(Scope scope, String model) {
    for (ModelPattern pattern : patterns(scope)) {
      if (pattern.matches(model)) {
        return true;
      }
    }
    return false;
  }

  /** Returns true if the principal has a scope on every model. */
  public boolean mayForEvery(Scope scope) {
    for (ModelPattern pattern : patterns(scope)) {
      if (pattern.matchesEvery()) {
        return true;
      }
    }
    return false;
  }

  /** Returns true if the principal has a scope on some model at least. */
  public boolean mayForSome(Scope scope) {
    return patterns(scope).length > 0;
  }

  private ModelPattern[] patterns(Scope scope) {
    return models.getOrDefault(scope, NONE);
  }

  /** Returns on which models the principal has a scope, for messages. */
  String describe(Scope scope) {
    return patterns(scope).length == 0 ? "none" : Arrays.toString(patterns(scope));
  }
}
