/**
 * Jobs: work that outlives the connection of its caller (J1–J42). {@link dev.tollgate.jobs.Jobs} reads them, and its two parts alone write them. A job
 * ends in the commit that charges its call, so no answer is charged and lost, and none is charged twice.
 *
 * <ul>
 *   <li>The claim of a try is decided before the ledger decides about money, and writes the job's line alone. Everything else is written behind the
 *       accounts, in the order of the jobs' ids, so that servers never wait for each other.
 *   <li>A line that runs without a hold is no fault: its server died, or is about to say how the try ended. Who takes the job next lets it wait.
 *   <li>A job and its requests are gone together, at {@code gone_at}; from then on nothing reads them.
 * </ul>
 */
@NullMarked
package dev.tollgate.jobs;

import org.jspecify.annotations.NullMarked;
