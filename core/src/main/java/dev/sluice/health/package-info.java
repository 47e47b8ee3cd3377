/**
 * Whether the server should get traffic, and whether it should live on. A {@link
 * dev.sluice.health.HealthMonitor} looks four times a second at runs, event loops and the states of
 * models, and makes a {@link dev.sluice.health.HealthReport} that anybody may read at any time.
 *
 * <p>All looking is done on the monitor's own thread, which waits for nobody.
 */
@NullMarked
package dev.sluice.health;

import org.jspecify.annotations.NullMarked;
