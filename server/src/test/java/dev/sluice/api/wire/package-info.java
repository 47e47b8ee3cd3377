@NullMarked
package dev.sluice.api.wire;

import org.jspecify.annotations.NullMarked;
