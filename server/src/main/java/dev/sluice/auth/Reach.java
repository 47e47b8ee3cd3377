package dev.sluice.auth;

/** On which models an operation needs a scope. */
public enum Reach {
  /** On the one that the request names; on every model if it names none. */
  NAMED,
  /** On some model, whichever: the operation concerns none. */
  SOME,
  /** On every model. */
  EVERY
}
