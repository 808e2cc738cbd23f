/**
 * What is known before a call is made: answers kept under an idempotency key or on their way (decision D36), and refusals that cannot change
 * (D24). A door asks {@link dev.tollgate.calls.replay.KnownAnswers}, which has the meter make a call only where nothing is known. To the meter it is a
 * {@link dev.tollgate.calls.metering.Keeper}: a call claims its key, keeps its answer, or gives the key up.
 *
 * <p>With an {@code Idempotency-Key} the door writes its answer into a <em>spool</em> instead of the caller's exchange, and every caller with the
 * same key and body, the first one included, reads the spool at its own pace ({@link dev.tollgate.calls.replay.SpoolReader}). So it does not matter to
 * the call who leaves or reads slowly.
 *
 * <ul>
 *   <li>{@link dev.tollgate.calls.replay.KnownAnswers} keeps a list of the keys at work in this process. A request that finds nothing there puts a
 *       {@link dev.tollgate.calls.replay.KeyedCall} on it, which looks into the database: a kept answer is opened and read; otherwise the call is made
 *       on the first caller's event loop.
 *   <li>The key is claimed by a unique row in the unit of the reservation. {@code ClaimPart} runs before the ledger, so a lost claim reserves
 *       nothing; a refused reservation drops its claim in the same unit, a full refund or a crash frees it.
 *   <li>The end of the answer is rendered with the charge as it will be, written and synced; then the settlement commits the charge together with
 *       the file's length and SHA-256; only then can the end be read.
 *   <li>On PostgreSQL a small answer also stands in its claim's row ({@code PackedAnswer}), where the other nodes read it. Keys that another node
 *       is working on wait in {@code Awaited}, which looks all of them up with one query.
 *   <li>A spool is a file in {@code data/spool}, sealed piece by piece under a key of its own, which is sealed under the installation's. What waits
 *       for the disk is bounded and holds the upstream back; readers who keep up are served from the latest 256 KiB in memory.
 * </ul>
 *
 * <p>Invariants: a claim is a unique row of the reservation's own commit; it is freed by the commit that gives everything back, and
 * refers to its answer from the commit that charges for it, so an answer that was charged is never asked for again within a day. A
 * spool is on disk, whole and synced, before that commit. Nothing of an answer, a caller's key or a body is readable at rest. An
 * account's kept answers take no more than their share of the disk.
 *
 * <p>Threading: {@link dev.tollgate.calls.replay.KnownAnswers} serves several event loops, and each answer stays on the one that wants it; changes are applied on the writer's thread; {@link dev.tollgate.calls.replay.Answers} and {@link
 * dev.tollgate.calls.replay.SpoolFolder} block; a {@link dev.tollgate.calls.replay.Spool} is thread-safe and does its input and output on the
 * executor that it was given, one piece of work at a time, and never under its lock.
 */
@NullMarked
package dev.tollgate.calls.replay;

import org.jspecify.annotations.NullMarked;
