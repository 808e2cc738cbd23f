/**
 * What media are, and how they get here: their types, told by their first bytes and not by what somebody says of them; downloads from
 * URLs of callers; the place where they lie while their call runs.
 *
 * <p>Invariants: a type that comes from here was seen in the bytes, or is text. A connection goes to an address that was judged, and
 * every redirect is judged anew ({@link dev.tollgate.media.Guard}); a URL is read once, here, and its spelling has no second reader. A
 * medium is never whole in memory unless it is small, and nothing of it is left on disk when the process ends. Bytes, time, redirects,
 * downloads at once, files in all: each has a limit (D29).
 *
 * <p>Threading: downloads block and run on virtual threads that are interrupted when their call ends; the connections themselves live on
 * event loops. What decides about types is immutable.
 */
@NullMarked
package dev.tollgate.media;

import org.jspecify.annotations.NullMarked;
