package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import java.time.Duration;

/**
 * What bodies may cost a listener.
 *
 * @param budget what large bodies may hold from their arrival until they are decoded, in bytes
 * @param patience how long a body that holds some of the budget may stop arriving
 */
public record BodyLimits(ByteBudget budget, Duration patience) {}
