@NullMarked
package dev.sluice.api.oip.grpc;

import org.jspecify.annotations.NullMarked;
