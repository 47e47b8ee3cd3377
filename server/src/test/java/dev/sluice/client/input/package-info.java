/** Tests of the readers. */
@NullMarked
package dev.sluice.client.input;

import org.jspecify.annotations.NullMarked;
