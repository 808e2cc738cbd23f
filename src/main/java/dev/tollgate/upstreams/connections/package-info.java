/**
 * What channels over HTTP have in common: the connections to the far end, a running call with its waits, a body that is sent
 * step by step, the reader of an event stream. A provider brings how a request is written, how an answer and an error are
 * read, and how it is let in.
 *
 * <p>The far end is a server that the operator has chosen, so HTTP/1.1 is spoken to it on Netty's channels with a parser of our own
 * ({@link dev.tollgate.upstreams.connections.AnswerParser}, decision 0014); what strangers serve is read by libraries.
 *
 * <p>Invariants: a call tells its listener exactly one end; nothing follows redirects or asks for compression; the far end's address
 * comes from the operator's configuration alone, and so does the proxy on the way to it ({@link dev.tollgate.upstreams.connections.Outbound}). This machine
 * is never reached through a proxy.
 *
 * <p>Threading: a call and its readers are confined to the event loop that asked; a {@link FarEnd} serves all of them.
 */
@NullMarked
package dev.tollgate.upstreams.connections;

import org.jspecify.annotations.NullMarked;
