/**
 * The members of an organization: who is one, with which role, and how a membership ends. Invitations are links of people.
 *
 * <p>Invariants: an organization with members keeps an owner. Only an owner makes, changes or removes owners. A change checks the role of the member
 * who makes it in its own commit, under the account's lock, and its row of the account's log is in that commit.
 *
 * <p>Threading: reads and changes block; the part runs in the writer's turn.
 */
@NullMarked
package dev.tollgate.customers.members;

import org.jspecify.annotations.NullMarked;
