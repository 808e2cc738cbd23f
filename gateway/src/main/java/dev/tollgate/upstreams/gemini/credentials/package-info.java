/**
 * Access tokens of Google's service accounts, with which Vertex AI is called.
 *
 * <p>Invariants: a private key leaves this server only as a signature; a token is renewed before it expires, once for all calls.
 *
 * <p>Threading: a token is asked for on event loops, which do not block; the calls that wait for it are notified when it is there.
 */
@NullMarked
package dev.tollgate.upstreams.gemini.credentials;

import org.jspecify.annotations.NullMarked;
