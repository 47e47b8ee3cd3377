@NullMarked
package dev.sluice.api.tfs;

import org.jspecify.annotations.NullMarked;
