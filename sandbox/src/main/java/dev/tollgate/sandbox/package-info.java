/**
 * The built-in upstream: a server of its own on a loopback port that speaks the Gemini REST protocol.
 *
 * <p>It checks a request as strictly as Google does, in Google's words, and answers the same request with the same bytes (everything random comes
 * from the seed and the request). A script can replace any response by raw events, statuses, delays and faults; knobs change a generated one.
 *
 * <p>Requests arrive here ({@code Desk}), are planned ({@code Planner}) and remembered. Each room knows only the rooms named before it: {@code wire},
 * {@code routes}, {@code scripting}, {@code playback}, {@code files}, {@code requests}, {@code samples}, {@code generation}.
 *
 * <p>Invariants: nothing here imports the packages that translate to Gemini or read its responses, so a mistake there is not repeated here. The usage
 * of every event adds up. Bodies, records, scripts and files are bounded; uploaded files go to disk as they arrive.
 *
 * <p>Threading: requests are served on event loops; a large body is read on a worker. Only the record of requests, the current script, counts of
 * calls and files are shared, and all of them are thread-safe.
 */
@NullMarked
package dev.tollgate.sandbox;

import org.jspecify.annotations.NullMarked;
