/**
 * The HTTP front: one server for all doors, with its routes table, a gate before each handler, body reading under limits, JSON and event-stream
 * responses, CORS, and the one place where an error becomes bytes.
 *
 * <p>Invariants: every exchange ends exactly once, by a response or by the caller's disconnection. Every response has {@code x-request-id}. A refusal
 * leaves the connection either clean or closed, never half read. No header and no body is logged. Everything that grows has a limit in
 * {@link HttpLimits}.
 *
 * <p>It speaks HTTP/1.1 on Netty's channels (decision 0015). The handlers of a connection, in order: {@code RequestDecoder} reads requests strictly,
 * {@code BodyPace} ends bodies that arrive too slowly, {@code Turns} reads requests one at a time and distinguishes a caller that has sent everything
 * from a disconnected one, {@code CallerConnection} begins exchanges, and {@code Outgoing} writes responses as their callers read, within
 * {@code Unread}. An {@link Exchange} is the request and the life of both sides; its {@link Response} is the response, stage by stage.
 *
 * <p>Threading: each event loop has its own connections and exchanges. An {@link Exchange} is confined to the loop of its connection;
 * {@link Exchange#run} brings other threads back to it. {@code BodyReaders} unpack and parse large or compressed bodies.
 *
 * <p>This is ground: it knows {@code base} and no feature.
 */
@NullMarked
package dev.tollgate.http;

import org.jspecify.annotations.NullMarked;
