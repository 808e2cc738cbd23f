/**
 * What a key, an account and a model may use a minute and at once ({@link dev.tollgate.http.limits.Quotas}), and how accounts share what the process
 * has only so much of: permits go round among them ({@link dev.tollgate.http.limits.FairTurns}), work that keeps a core busy has few threads and turns ({@link dev.tollgate.http.limits.Workers}), room is shared
 * as it is wanted ({@link dev.tollgate.http.limits.Shares}). Of several nodes each grants its share of a limit.
 *
 * <p>Invariants: a key without a limit is never refused; a refusal says when to come back. One account cannot have all of anything, and
 * who waits waits for at most one piece of work of each other account. Bounded memory: a bucket that has not been touched while it would
 * have refilled is forgotten, which changes nothing; of accounts only those that have or wait for something are known.
 *
 * <p>Threading: safe from any thread, never blocks, but for {@link dev.tollgate.http.limits.FairTurns#enter}.
 */
@NullMarked
package dev.tollgate.http.limits;

import org.jspecify.annotations.NullMarked;
