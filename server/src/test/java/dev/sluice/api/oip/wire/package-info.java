@NullMarked
package dev.sluice.api.oip.wire;

import org.jspecify.annotations.NullMarked;
