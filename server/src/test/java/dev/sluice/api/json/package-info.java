@NullMarked
package dev.sluice.api.json;

import org.jspecify.annotations.NullMarked;
