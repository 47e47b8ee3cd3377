/**
 * Reads whom the operator admits from his file: {@link dev.sluice.auth.file.LiveAuthenticator}
 * holds what it says, and reads it again when it has changed. Polled by one thread of the server's;
 * only that one blocks.
 */
@NullMarked
package dev.sluice.auth.file;

import org.jspecify.annotations.NullMarked;
