/**
 * HTTP/1.1 on Netty: a {@link dev.sluice.http.HttpListener} binds a port, a connection turns bytes
 * into {@link dev.sluice.http.Exchange exchanges}, one at a time and in order, and a {@link
 * dev.sluice.http.HttpHandler} answers them. Knows no model and no API.
 *
 * <p>Everything of one connection happens on its event loop; only {@link
 * dev.sluice.http.Exchange#respond} may be called from elsewhere.
 */
@NullMarked
package dev.sluice.http;

import org.jspecify.annotations.NullMarked;
