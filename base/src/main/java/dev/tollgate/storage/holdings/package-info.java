/**
 * The form in which a store says what it has of an account or a person: the files of an export, and the statements that erase the rows. Departure, in
 * the portal, asks all stores for theirs; the wiring gives it the gateway's files and statements.
 *
 * <p>Invariants: constant SQL, every value a parameter. A store names tables of its own.
 *
 * <p>Threading: immutable values.
 */
@NullMarked
package dev.tollgate.storage.holdings;

import org.jspecify.annotations.NullMarked;
