/**
 * What {@code sluice check} finds: {@link dev.sluice.check.ModelCheck} looks at the models that a
 * configuration would serve, without loading them, {@link dev.sluice.check.Comparison} says what
 * would change on a running server, {@link dev.sluice.check.CheckReport} shows it all. One thread.
 */
@NullMarked
package dev.sluice.check;

import org.jspecify.annotations.NullMarked;
