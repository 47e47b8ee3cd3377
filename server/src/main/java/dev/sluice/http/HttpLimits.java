package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import java.time.Duration;

/**
 * What clients may cost a listener, and how long it waits for whom.
 *
 * @param bodies what large bodies may hold from their arrival until they are decoded, in bytes
 * @param requestPatience how long a request that has begun may make no headway
 * @param answerPatience how long a client may take nothing of an answer
 * @param closePatience how long a close waits for event loops
 */
public record HttpLimits(
    ByteBudget bodies, Duration requestPatience, Duration answerPatience, Duration closePatience) {}
