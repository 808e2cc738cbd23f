/**
 * Notices to people: a balance below their limit, a key at 80 and 100 % of a spend limit, a budget, a key that expires or is unused, credits that expire, members who join
 * or leave, a change of a model that they use, a statement.
 *
 * <p>Invariants: each notice is sent once until its cause has recovered, by the first server that looks. Looking is off the path of calls: a sweep
 * reads accounts whose state or choice has changed since the last one, a bounded number at a time. A notice and its mail are written in one commit.
 * Warnings on pages can be dismissed for a time: {@link Dismissals}. {@link Announcements} and {@link AnsweredDays} go to no one: the public status page shows them.
 *
 * <p>Threading: {@link Notices} and {@link Dismissals} are thread-safe and block; their parts run in the writer's turn.
 */
@NullMarked
package dev.tollgate.customers.notices;

import org.jspecify.annotations.NullMarked;
