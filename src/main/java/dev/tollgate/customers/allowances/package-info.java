/**
 * How often people may do what costs others something: send mails, make keys, save settings. Counted in the database, so that the limits
 * hold on all nodes together and after a restart.
 *
 * <p>Invariants: an allowance is used in the commit of the action that it is for, either all allowances of an action or none; a keyed print
 * names the row of an allowance, so the table holds no addresses.
 *
 * <p>Threading: rows are written on the writer's thread, in the order of their names, so that two nodes never wait for each other; reads block.
 */
@NullMarked
package dev.tollgate.customers.allowances;

import org.jspecify.annotations.NullMarked;
