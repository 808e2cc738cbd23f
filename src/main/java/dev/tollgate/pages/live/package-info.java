/**
 * What pages show while it changes, over one stream of events a tab: balance, what was spent today, what runs, how many calls are new.
 *
 * <p>Invariants: a stream tells of its visitor's own account alone; an event at most each second, finished texts that scripts set as text;
 * at most {@value dev.tollgate.pages.live.LiveStreams#OF_SESSION_MAX} streams a session and {@value dev.tollgate.pages.live.LiveStreams#ALL_MAX} in all, of
 * which an account has as many as it leaves to the others; the
 * database is asked once a second whatever their number, and of an account more only when something of it has changed, once a second too. A
 * stream ends with its session and when the server drains.
 *
 * <p>Threading: one look at all streams each second, on a virtual thread of its own, never two at a time; no thread and no timer belongs to a
 * stream. Calls tell what they have come to on their own loops, and only while somebody looks.
 */
@NullMarked
package dev.tollgate.pages.live;

import org.jspecify.annotations.NullMarked;
