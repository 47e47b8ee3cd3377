@NullMarked
package dev.sluice.tls;

import org.jspecify.annotations.NullMarked;
