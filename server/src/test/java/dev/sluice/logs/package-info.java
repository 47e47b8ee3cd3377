@NullMarked
package dev.sluice.logs;

import org.jspecify.annotations.NullMarked;
