package dev.sluice.auth;

/**
 * What a request asks for.
 *
 * @param need what it takes
 * @param model which model it names; empty if none
 */
public record Operation(Need need, String model) {
  /** Returns the operation of a name in {@link AccessTable} on a model. */
  public static Operation of(String name, String model) {
    return new Operation(AccessTable.need(name), model);
  }
}
