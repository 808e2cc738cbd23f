/**
 * The common part of channels over HTTP: a running call with its timeouts, a request body that is sent step by
 * step, the reader of an event stream. A provider adds how to write a request, how to read a response and an error, and how to authenticate.
 *
 * <p>The connections belong to {@link dev.tollgate.http.client.FarEnd}.
 *
 * <p>Invariants: a call reports exactly one end to its listener. Nothing follows redirects or requests compression. The server's address and the
 * proxy come from the operator's configuration alone.
 *
 * <p>Threading: a call and its readers are confined to the event loop that started it.
 */
@NullMarked
package dev.tollgate.upstreams.connections;

import org.jspecify.annotations.NullMarked;
