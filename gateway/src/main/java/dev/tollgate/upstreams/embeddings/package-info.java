/**
 * Calls for embeddings, for channels of every protocol: one call is several requests to the upstream, a few at the same time, and its
 * answer is all vectors or none. Until all have arrived nothing is passed on, so that a failed request costs nothing and the whole call
 * can be retried.
 *
 * <p>Threading: a call and its readers are confined to the event loop of their call.
 */
@NullMarked
package dev.tollgate.upstreams.embeddings;

import org.jspecify.annotations.NullMarked;
