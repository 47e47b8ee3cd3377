/**
 * What a load test found, and its forms: a table and plots for people, JSON and SVG for files.
 * Values and printers, no threads.
 */
@NullMarked
package dev.sluice.loadtest.report;

import org.jspecify.annotations.NullMarked;
