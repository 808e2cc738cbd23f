/**
 * The lists of models and prices over HTTP, in the forms of all clients.
 *
 * <p>Invariants: a list has what the caller's account may buy, at its prices; a client gets its own form, and no other client's members.
 *
 * <p>Threading: handlers run on event loops and do not block, except as they say.
 */
@NullMarked
package dev.tollgate.models.lists;

import org.jspecify.annotations.NullMarked;
