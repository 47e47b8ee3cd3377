@NullMarked
package dev.sluice.api.oip.rest;

import org.jspecify.annotations.NullMarked;
