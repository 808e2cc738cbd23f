/**
 * Responses that are known before a call is made: responses kept under an idempotency key or still being written (D36), and refusals that cannot
 * change (D24). A door asks {@link KnownAnswers}, which lets the meter make a call only if nothing is known. The meter sees a {@code Keeper}: a call
 * claims its key, keeps its response, or frees the key.
 *
 * <p>With an {@code Idempotency-Key} the door writes its response into a <em>spool</em> instead of the caller's exchange. Every caller with the same
 * key and body, including the first one, reads the spool at its own pace ({@link SpoolReader}). So it does not matter to the call who disconnects or
 * reads slowly.
 *
 * <ul>
 *   <li>{@link KnownAnswers} lists the keys at work in this process. A request that is not on the list creates a {@link KeyedCall}, which looks into
 *       the database: a kept response is opened and read; otherwise the call is made on the first caller's event loop.
 *   <li>A unique row claims the key in the unit of the reservation. {@code ClaimPart} runs before the ledger, so a lost claim reserves nothing. A
 *       refused reservation drops its claim in the same unit; a full refund or a crash frees it.
 *   <li>The end of the response is rendered with its future charge, written and synced. The settlement then commits the charge together with the
 *       file's length and SHA-256. Only then can the end be read.
 *   <li>On PostgreSQL a small response is also in its claim's row ({@code PackedAnswer}), where the other nodes read it. Keys on which another node
 *       works wait in {@code Awaited}, which looks all of them up with one query.
 *   <li>A spool is a file in {@code data/spool}, encrypted piece by piece with a key of its own, which is encrypted with the installation's. The
 *       amount waiting for the disk is bounded and holds the upstream back. Readers who keep up read the latest 256 KiB from memory.
 * </ul>
 *
 * <p>Invariants: a claim is freed by the commit that returns everything, and refers to its response from the commit that charges for it, so a charged
 * response is not requested again within a day. A spool is on disk, whole and synced, before that commit. No response, key or body is readable at
 * rest. An account's kept responses use at most their share of the disk.
 *
 * <p>Threading: {@link KnownAnswers} serves several event loops, and each response stays on the loop of its reader. Changes are applied on the
 * writer's thread. {@link Answers} and {@link SpoolFolder} block. A {@link Spool} is thread-safe; its I/O runs on its executor, one piece of work at
 * a time, and never under its lock.
 */
@NullMarked
package dev.tollgate.calls.replay;

import org.jspecify.annotations.NullMarked;
