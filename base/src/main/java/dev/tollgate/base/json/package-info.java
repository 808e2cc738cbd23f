/**
 * JSON from and to callers: a cursor that reads bodies under limits and names the field of every refusal, base64 in the form that upstreams read, and
 * bytes of JSON on their way out.
 *
 * <p>Invariants: no protocol is known here. Everything read is charged to the request's lease as it is created. A text is a slice
 * of the body, whose bytes never change. The order of keys and the digits of
 * numbers are kept. A body that is not strict JSON in UTF-8 is a 400 without an excerpt of it.
 *
 * <p>Threading: a reader or a buffer is confined to its call; everything else has no state.
 */
@NullMarked
package dev.tollgate.base.json;

import org.jspecify.annotations.NullMarked;
