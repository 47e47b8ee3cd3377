/**
 * The client of {@code sluice status}: {@link dev.sluice.client.status.StatusClient} asks a server
 * for its models, versions and metrics, and shows them as a table, once or again and again; {@link
 * dev.sluice.client.status.ServerProbe} asks, for others who want to know. One thread does it all.
 */
@NullMarked
package dev.sluice.client.status;

import org.jspecify.annotations.NullMarked;
