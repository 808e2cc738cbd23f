package dev.tollgate.calls.jobs;

import dev.tollgate.jobs.Job;
import dev.tollgate.keys.KeyCaller;

/** The door that makes the calls of jobs of one kind. */
@FunctionalInterface
public interface JobStart {

    /**
     * Makes the call of a job. Blocks until it is prepared, and then begins the trial with it.
     *
     * @param request as {@link JobRequest} packs it
     * @param caller the key that pays, as it is now
     * @throws dev.tollgate.base.error.ApiException if the request is refused before it has a call
     * @throws JobRequest.Damaged if it cannot be read
     */
    void start(Job job, byte[] request, KeyCaller caller, JobTrial trial);
}
