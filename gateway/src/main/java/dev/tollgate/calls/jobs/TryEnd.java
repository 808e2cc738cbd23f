package dev.tollgate.calls.jobs;

import java.util.Locale;

/** The end of a try of a job, for metrics. */
public enum TryEnd {
    /** The response is kept and charged. */
    ANSWERED,
    /** The job has failed. */
    FAILED,
    /** The job is tried again after some time. */
    RETRIED,
    /** The job waits: for money, limits, rates, the key or room. */
    PAUSED,
    /** The caller has cancelled the job. */
    CANCELLED,
    /** Another server has taken the job. */
    LOST;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
