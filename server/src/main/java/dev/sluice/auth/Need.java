package dev.sluice.auth;

import org.jspecify.annotations.Nullable;

/**
 * What an operation needs.
 *
 * @param scope null if it is open to everybody, also to who is not known
 */
public record Need(@Nullable Scope scope, Reach reach) {
  /** Of what probes ask. */
  public static final Need NOTHING = new Need(null, Reach.SOME);

  /** Of whatever nobody has thought of. */
  public static final Need ADMIN = new Need(Scope.ADMIN, Reach.EVERY);
}
