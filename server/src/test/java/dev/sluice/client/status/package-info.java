/** Tests of the client that shows a server's state. */
@NullMarked
package dev.sluice.client.status;

import org.jspecify.annotations.NullMarked;
