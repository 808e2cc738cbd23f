/**
 * A parsed request ({@code GoogleRequest}), and Google's reasons to refuse it: contents, turns, tools, configuration, schemas, files, thought
 * signatures.
 *
 * <p>Invariants: a rule returns or throws a refusal in Google's words, changes nothing and fetches nothing.
 *
 * <p>Threading: everything is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.requests;

import org.jspecify.annotations.NullMarked;
