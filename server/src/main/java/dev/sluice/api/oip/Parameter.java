package dev.sluice.api.oip;

/** The value of a parameter of a request or a tensor. */
public sealed interface Parameter {
  /** True or false. */
  record Bool(boolean value) implements Parameter {}

  /** A whole number. */
  record Int(long value) implements Parameter {}

  /** A number that need not be whole. */
  record Real(double value) implements Parameter {}

  /** Text. */
  record Text(String value) implements Parameter {}
}
