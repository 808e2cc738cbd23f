/**
 * The server: connections on Netty's channels (decision 0015), their requests read to the letter and one at a time, their responses as bytes.
 *
 * <p>Handlers of a connection, in the order in which they receive what arrives: {@link dev.tollgate.http.engine.RequestDecoder} reads requests,
 * {@link dev.tollgate.http.engine.BodyPace} measures how fast a body arrives, {@link dev.tollgate.http.engine.Turns} lets one request through at
 * a time and tells a half-close from a disconnect, and {@link dev.tollgate.http.engine.CallerConnection} begins exchanges. They respond through
 * {@link dev.tollgate.http.engine.CallerTransport}; {@link dev.tollgate.http.engine.Outgoing} writes as fast as the caller reads, within {@link
 * dev.tollgate.http.engine.Unread}.
 *
 * <p>Invariants: a refusal leaves the connection either clean or closed, never half read. Everything that grows has a limit in {@link
 * dev.tollgate.http.HttpLimits} or {@link dev.tollgate.http.EdgeLimits}.
 *
 * <p>Threading: each event loop has its own connections ({@link dev.tollgate.http.engine.FrontLoop}); {@link
 * dev.tollgate.http.engine.Acceptor} deals them out. It knows {@code http} and {@code http.exchange}; {@code app} alone knows it.
 */
@NullMarked
package dev.tollgate.http.engine;

import org.jspecify.annotations.NullMarked;
