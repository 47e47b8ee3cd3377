/**
 * The client of {@code sluice demo}: {@link dev.sluice.demo.DigitsDemo} sends real handwritten
 * digits to a server over REST and gRPC, shows what came back, and compares it with recorded
 * answers. Runs on the calling thread and knows the server only by its address.
 */
@NullMarked
package dev.sluice.demo;

import org.jspecify.annotations.NullMarked;
