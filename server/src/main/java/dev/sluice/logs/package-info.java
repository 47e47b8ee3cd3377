/**
 * Log lines: the server's own as JSON ({@link dev.sluice.logs.JsonFormatter}), and those about
 * requests ({@link dev.sluice.logs.RequestLog}: the access log, and warnings of slow requests).
 *
 * <p>A thread that ends a request only decides and copies what is to be written. Formatting and
 * writing are done by a thread of the log's own, behind a bounded queue: a disk or a terminal that
 * does not keep up costs lines, which are counted, and holds up no request. No line has contents of
 * tensors.
 */
@NullMarked
package dev.sluice.logs;

import org.jspecify.annotations.NullMarked;
