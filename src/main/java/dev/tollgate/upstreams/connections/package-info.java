/**
 * The common part of channels over HTTP: connections to the upstream server, a running call with its timeouts, a request body that is sent step by
 * step, the reader of an event stream. A provider adds how to write a request, how to read a response and an error, and how to authenticate.
 *
 * <p>The operator has chosen the upstream server, so HTTP/1.1 is spoken on Netty's channels with our own parser ({@link AnswerParser}, decision
 * 0014). Libraries read responses of other servers.
 *
 * <p>Invariants: a call reports exactly one end to its listener. Nothing follows redirects or requests compression. The server's address and the
 * proxy ({@link Outbound}) come from the operator's configuration alone. This machine is never reached through a proxy.
 *
 * <p>Threading: a call and its readers are confined to the event loop that started it; a {@link FarEnd} serves all of them.
 */
@NullMarked
package dev.tollgate.upstreams.connections;

import org.jspecify.annotations.NullMarked;
