/**
 * An exchange from its head to its last byte, without a socket: path, route and gate ({@link dev.tollgate.http.exchange.Admission}), body under
 * limits, response stage by stage, errors, CORS, and the access log.
 *
 * <p>Invariants: every exchange ends exactly once, by a response or by the caller's disconnect; every response carries {@code x-request-id}; no
 * header and no body is logged. An exchange decides what is sent and when; the bytes are its {@link dev.tollgate.http.exchange.Transport}'s, which
 * the engine implements, and {@code testing/Asked} without a socket.
 *
 * <p>Threading: a {@link dev.tollgate.http.exchange.CallerExchange} is confined to the event loop of its connection. Bodies that are large or
 * compressed are read by {@link dev.tollgate.http.exchange.BodyReaders}; a body that its handler reads while it comes goes through a
 * {@link dev.tollgate.http.exchange.BodyStream} to a thread that may block. What all exchanges share ({@link
 * dev.tollgate.http.exchange.FrontParts}) is thread-safe.
 *
 * <p>It knows {@code http} and not {@code http.engine}: no channel and no buffer of Netty's.
 */
@NullMarked
package dev.tollgate.http.exchange;

import org.jspecify.annotations.NullMarked;
