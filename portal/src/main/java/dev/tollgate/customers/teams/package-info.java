/**
 * Teams of an organization: their names, their people, and the end of a team with its keys.
 *
 * <p>Invariants: an account has at most {@value Teams#TEAMS_MAX} teams, of different names, archived ones not counted. Each change of an account's
 * teams takes the account's row first, so servers change them one after the other. An archived team has no usable key and gets none.
 *
 * <p>Threading: all methods block and may be called from any thread.
 */
@NullMarked
package dev.tollgate.customers.teams;

import org.jspecify.annotations.NullMarked;
