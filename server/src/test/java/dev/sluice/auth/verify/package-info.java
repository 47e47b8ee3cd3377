@NullMarked
package dev.sluice.auth.verify;

import org.jspecify.annotations.NullMarked;
