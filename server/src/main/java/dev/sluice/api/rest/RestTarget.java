package dev.sluice.api.rest;

import dev.sluice.predict.VersionChoice;

/**
 * What a request names by its path.
 *
 * @param model the model's name
 * @param version which of its versions
 */
public record RestTarget(String model, VersionChoice version) {}
