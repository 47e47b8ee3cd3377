@NullMarked
package dev.sluice.auth.file;

import org.jspecify.annotations.NullMarked;
