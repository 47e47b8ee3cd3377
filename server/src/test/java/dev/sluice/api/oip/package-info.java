@NullMarked
package dev.sluice.api.oip;

import org.jspecify.annotations.NullMarked;
