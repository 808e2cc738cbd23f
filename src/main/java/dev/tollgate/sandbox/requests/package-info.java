/**
 * A request after reading ({@code GoogleRequest}), and what Google refuses in it: contents, turns, tools, configuration, schemas, files,
 * thought signatures.
 *
 * <p>Invariants: a rule returns or throws a refusal in Google's words, and changes nothing. Nothing is fetched.
 *
 * <p>Everything here is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.requests;

import org.jspecify.annotations.NullMarked;
