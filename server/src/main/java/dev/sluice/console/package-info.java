/**
 * The web page at {@code /console}: what is served and how it does, and a form to try a model.
 *
 * <p>{@link dev.sluice.console.Console} answers its requests. The page itself is files, {@code www}
 * among the resources, that work without a build step; it asks two addresses of its own, what is
 * going on (about once a second) and what a version takes, and sends what is tried through the
 * ordinary REST API. Nothing is computed while nobody looks. Every request is answered on a virtual
 * thread of its own, so that no event loop does the work.
 */
@NullMarked
package dev.sluice.console;

import org.jspecify.annotations.NullMarked;
