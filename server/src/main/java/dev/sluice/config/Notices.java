package dev.sluice.config;

import java.util.function.Consumer;

/**
 * Takes what the operator should know of files that are followed, one line each.
 *
 * @param changes what holds from now on
 * @param problems what cannot be used, so that what was before still holds
 */
public record Notices(Consumer<String> changes, Consumer<String> problems) {}
