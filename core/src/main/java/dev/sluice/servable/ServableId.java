package dev.sluice.servable;

import java.util.Objects;

/** A model's name and a version's number, which together name one servable. */
public record ServableId(String model, long version) {
  public ServableId {
    Objects.requireNonNull(model, "model");
  }

  /** Returns the form that TensorFlow Serving prints. */
  @Override
  public String toString() {
    return "{name: " + model + " version: " + version + "}";
  }
}
