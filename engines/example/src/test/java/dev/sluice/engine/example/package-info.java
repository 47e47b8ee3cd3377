@NullMarked
package dev.sluice.engine.example;

import org.jspecify.annotations.NullMarked;
