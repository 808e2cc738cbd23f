/**
 * Notices to people: a balance below their line, a key at 80 and 100 % of a spend limit, a change of a model that they use, a statement.
 *
 * <p>Invariants: each is told once until it has recovered, by whichever server looks first; looking is off the path of calls: a sweep reads
 * those whose account or choice has changed since it looked last, a bounded number at a time. What was told is written in one commit with the
 * mail that tells it.
 *
 * <p>Threading: {@link dev.tollgate.customers.notices.Notices} is thread-safe and blocks; its part runs in the writer's turn.
 */
@NullMarked
package dev.tollgate.customers.notices;

import org.jspecify.annotations.NullMarked;
