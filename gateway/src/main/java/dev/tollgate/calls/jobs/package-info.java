/**
 * Runs jobs: {@link dev.tollgate.calls.jobs.JobRunner} takes those that are due, has their calls made under the one meter, and says what becomes of each
 * try. A door that offers work in the background makes the calls ({@link dev.tollgate.calls.jobs.JobStart}).
 *
 * <ul>
 *   <li>One server runs a job. It takes the job by an update, and each try by a claim in the unit of its hold (J11, J14).
 *   <li>A job ends in the unit of its charge. A try that is given back waits; the runner then says for how long, or ends the job.
 *   <li>Nothing is held while a job waits.
 * </ul>
 *
 * <p>The runner's rounds follow one another, and each try has a virtual thread until its call runs on an event loop.
 */
@NullMarked
package dev.tollgate.calls.jobs;

import org.jspecify.annotations.NullMarked;
