package dev.sluice.health;

import java.time.Duration;

/**
 * What counts as healthy.
 *
 * @param wedgedAfter how long a run may take before it counts as wedged, if such runs usually take
 *     less
 * @param unliveAfter how long a run may be wedged before the process counts as dead; zero: for ever
 * @param required the models without which the server is not ready
 */
public record HealthOptions(
    WedgeBounds wedgedAfter, Duration unliveAfter, RequiredModels required) {}
