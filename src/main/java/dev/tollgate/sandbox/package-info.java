/**
 * The built-in upstream: a server of its own on a loopback port that speaks the Gemini REST protocol.
 *
 * <p>It checks a request as strictly as Google does, in Google's words, and answers the same request with the same
 * bytes (everything random is drawn from the seed and the request). A script can replace any answer by raw events,
 * statuses, delays and faults; knobs change a generated one.
 *
 * <p>Here requests come in ({@code Desk}), are planned ({@code Planner}) and remembered. The rooms, each of which knows only those named
 * before it: {@code wire}, {@code routes}, {@code scripting}, {@code playback}, {@code files}, {@code requests}, {@code samples}, {@code
 * generation}.
 *
 * <p>Invariants: nothing here imports the packages that translate to Gemini or read its answers, so that a mistake
 * made there is not made here too; the usage figures of every event add up; bodies, records, scripts and files
 * are bounded; uploaded files go to disk as they come and are never held whole.
 *
 * <p>Threading: requests are served on event loops; a large body is read on a worker. Only the record of requests,
 * the script in force, counts of calls and files are shared, and all of them are safe to use from any thread.
 */
@NullMarked
package dev.tollgate.sandbox;

import org.jspecify.annotations.NullMarked;
