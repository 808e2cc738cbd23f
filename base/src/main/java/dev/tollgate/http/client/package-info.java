/**
 * The HTTP client: connections to a peer, requests sent there, answers read whole or as they arrive.
 *
 * <p>The operator has chosen the peer, so HTTP/1.1 is spoken on Netty's channels with our own parser ({@link AnswerParser}, decision 0014). Libraries
 * read responses of other servers. Nothing follows redirects or requests compression. The address and the proxy ({@link Outbound}) come from the operator's
 * configuration alone; only the address of a {@link PublicPost} does not. This machine is never reached through a proxy.
 *
 * <p>Threading: a request and its answer are confined to the event loop that started it; a {@link FarEnd} serves all of them.
 */
@NullMarked
package dev.tollgate.http.client;

import org.jspecify.annotations.NullMarked;
