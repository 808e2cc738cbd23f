/**
 * Live figures of pages, over one event stream for each tab: balance, spending of the day, running calls, number of new calls.
 *
 * <p>Invariants: a stream shows only its visitor's own account, and of it the calls of the keys that the visitor sees. It sends at most one event each second, as finished texts that scripts set as text.
 * There are at most {@value LiveStreams#OF_SESSION_MAX} streams for a session and {@value LiveStreams#ALL_MAX} in all, of which an account has as
 * many as it leaves to the others. The database is read once a second regardless of their number, and for an account again only when it has changed.
 * A stream ends with its session, if the session shows another account or other keys, and when the server drains.
 *
 * <p>Threading: one look at all streams each second, on a virtual thread, never two at a time; no stream has a thread or a timer. Calls report their
 * progress on their own loops, and only while someone watches.
 */
@NullMarked
package dev.tollgate.pages.live;

import org.jspecify.annotations.NullMarked;
