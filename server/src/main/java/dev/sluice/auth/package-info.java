/**
 * Who asks and what he may do, for any protocol: a {@link dev.sluice.auth.Gate} stands before each
 * port, asks an {@link dev.sluice.auth.Authenticator} for the {@link dev.sluice.auth.Principal} and
 * compares his rights with what {@link dev.sluice.auth.AccessTable} says that an operation needs.
 *
 * <p>Everything here is called on event loops and does not block.
 */
@NullMarked
package dev.sluice.auth;

import org.jspecify.annotations.NullMarked;
