/**
 * Limits on actions of people that cost others something: sending mails, creating keys, saving settings. They are counted in the database, so they
 * hold on all nodes together and after a restart.
 *
 * <p>Invariants: an allowance is used in the commit of its action, and an action uses all of its allowances or none. A keyed hash names the row of an
 * allowance, so the table contains no addresses.
 *
 * <p>Threading: rows are written on the writer's thread in the order of their names, so two nodes never wait for each other; reads block.
 */
@NullMarked
package dev.tollgate.books.allowances;

import org.jspecify.annotations.NullMarked;
