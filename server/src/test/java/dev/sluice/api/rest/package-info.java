@NullMarked
package dev.sluice.api.rest;

import org.jspecify.annotations.NullMarked;
