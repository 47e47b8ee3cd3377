/** Tests of what people see. */
@NullMarked
package dev.sluice.client.show;

import org.jspecify.annotations.NullMarked;
