@NullMarked
package dev.sluice.auth;

import org.jspecify.annotations.NullMarked;
