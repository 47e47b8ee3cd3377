/**
 * Verifies credentials: {@link dev.sluice.auth.verify.Verifier} is what one reading of the
 * operator's file gives, with API keys, issuers of tokens and subjects of certificates. It is
 * immutable but for its cache and the issuers' {@link dev.sluice.auth.verify.KeySet keys}, which a
 * thread of the server's refreshes.
 */
@NullMarked
package dev.sluice.auth.verify;

import org.jspecify.annotations.NullMarked;
