@NullMarked
package dev.sluice.api.tfs.wire;

import org.jspecify.annotations.NullMarked;
