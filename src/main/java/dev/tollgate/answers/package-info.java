/**
 * What is known before a call is made: answers kept under an idempotency key or on their way (decision D36), and refusals that cannot change
 * (D24). A door asks {@link dev.tollgate.answers.KnownAnswers}, which has the meter make a call only where nothing is known. To the meter it is a
 * {@link dev.tollgate.metering.Keeper}: a call claims its key, keeps its answer, or gives the key up.
 *
 * <p>Invariants: a claim is a unique row of the reservation's own commit; it is freed by the commit that gives everything back, and
 * refers to its answer from the commit that charges for it, so an answer that was charged is never asked for again within a day. A
 * spool is on disk, whole and synced, before that commit. Nothing of an answer, a caller's key or a body is readable at rest. An
 * account's kept answers take no more than their share of the disk.
 *
 * <p>Threading: {@link dev.tollgate.answers.KnownAnswers} serves several event loops, and each answer stays on the one that wants it; changes are applied on the writer's thread; {@link dev.tollgate.answers.Answers} and {@link
 * dev.tollgate.answers.SpoolFolder} block; a {@link dev.tollgate.answers.Spool} is thread-safe and does its input and output on the
 * executor that it was given, one piece of work at a time, and never under its lock.
 */
@NullMarked
package dev.tollgate.answers;

import org.jspecify.annotations.NullMarked;
