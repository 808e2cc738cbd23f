/**
 * How often people may do what costs others something: send mails, make keys, save settings. Counted in the database, so that the limits
 * hold on all nodes together and after a restart.
 *
 * <p>Invariants: an allowance is used in the commit of the deed that it is for, all of a deed's allowances or none; the row of an allowance is
 * named by a keyed print, so nobody can read addresses from it.
 *
 * <p>Threading: rows are written on the writer's thread, in the order of their names, so that two nodes never wait for each other; reads block.
 */
@NullMarked
package dev.tollgate.allowances;

import org.jspecify.annotations.NullMarked;
