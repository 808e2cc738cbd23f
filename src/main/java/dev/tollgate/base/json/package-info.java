/**
 * JSON as it comes from callers and goes to them: a cursor that reads bodies under limits and names the field of whatever it refuses, base64 in
 * the form that upstreams read, and bytes of JSON on their way out.
 *
 * <p>Invariants: no protocol is known here. What is read is charged to the request's lease as it is made; the order of keys and the digits of
 * numbers are kept; a body that is not strict JSON in UTF-8 is a 400 without an excerpt of it.
 *
 * <p>Threading: a reader or a buffer is confined to the call that made it; the rest keeps no state.
 */
@NullMarked
package dev.tollgate.base.json;

import org.jspecify.annotations.NullMarked;
