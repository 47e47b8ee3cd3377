/** Tests of the client against a small server. */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;
