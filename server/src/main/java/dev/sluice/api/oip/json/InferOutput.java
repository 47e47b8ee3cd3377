package dev.sluice.api.oip.json;

import dev.sluice.api.oip.Parameters;

/** One output that a request asks for. */
public record InferOutput(String name, Parameters parameters) {}
