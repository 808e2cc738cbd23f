/**
 * Limits of a key, an account and a model for each minute and for concurrent calls ({@link Quotas}), and how accounts share scarce resources of the
 * process: {@link FairTurns} passes permits around, {@link Workers} runs CPU-bound work on few threads in turns, {@link Shares} divides room on
 * demand. Each node grants its share of a limit.
 *
 * <p>Invariants: a key without a limit is never refused. A refusal says when to retry. No account can have all of a resource, and a request waits for
 * at most one piece of work of each other account. Memory is bounded: an untouched bucket is forgotten once it has refilled, which changes nothing,
 * and only accounts that use or wait for something are known.
 *
 * <p>Threading: safe from any thread, never blocks, except {@link FairTurns#enter}.
 */
@NullMarked
package dev.tollgate.http.limits;

import org.jspecify.annotations.NullMarked;
