/** Tests of written files. */
@NullMarked
package dev.sluice.client.save;

import org.jspecify.annotations.NullMarked;
