/**
 * Usage and tasks over HTTP: an account's own, and the operator's of all accounts.
 *
 * <p>Invariants: parameters are refused by their names; a caller sees the calls of the keys that its key may see.
 *
 * <p>Threading: handlers run on event loops; they read off them.
 */
@NullMarked
package dev.tollgate.customers.figures.api;

import org.jspecify.annotations.NullMarked;
