/**
 * The HTTP front: one server for all doors, with its routes table, a gate before each handler, body reading under
 * limits, JSON and event-stream answers, CORS, and the one place where an error becomes bytes.
 *
 * <p>Invariants: every exchange ends exactly once, by an answer or by the caller's departure; every answer carries {@code
 * x-request-id}; a refusal leaves the connection either clean or closed, never half read; no header and no body is ever
 * logged. Everything that grows has a limit in {@link dev.tollgate.http.HttpLimits}.
 *
 * <p>It speaks HTTP/1.1 on Netty's channels (decision 0015). Handlers of a connection, in the order in which they hear what comes: {@link
 * dev.tollgate.http.RequestDecoder} reads requests to the letter, {@link dev.tollgate.http.BodyPace} tells a body that comes too slowly, {@link
 * dev.tollgate.http.Turns} reads requests one at a time, and tells a caller that has said all from one that has left, {@link
 * dev.tollgate.http.CallerConnection} begins exchanges, and {@link dev.tollgate.http.Outgoing} writes their answers
 * as their callers read, within {@link dev.tollgate.http.Unread}. An {@link dev.tollgate.http.Exchange} is the request's side and
 * the life of both; its {@link dev.tollgate.http.Response} is the answer, stage by stage.
 *
 * <p>Threading: each event loop has connections and open exchanges of its own. An {@link
 * dev.tollgate.http.Exchange} is confined to the loop of its connection; {@link dev.tollgate.http.Exchange#run} brings
 * other threads back to it. Bodies that are large or compressed are unpacked and parsed by {@link
 * dev.tollgate.http.BodyReaders}.
 *
 * <p>This is ground: it knows {@code error}, {@code memory} and no feature.
 */
@NullMarked
package dev.tollgate.http;

import org.jspecify.annotations.NullMarked;
