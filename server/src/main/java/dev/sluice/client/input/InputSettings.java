package dev.sluice.client.input;

import java.util.Optional;

/**
 * How what the user gives is read.
 *
 * @param format of the files; empty: by their names
 */
public record InputSettings(Optional<InputFormat> format, PixelScale scale) {}
