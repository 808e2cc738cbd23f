package dev.tollgate.calls.jobs;

import java.util.Locale;

/** The end of a try of a job, for metrics. */
public enum TryEnd {
    /** The response is kept and charged. */
    ANSWERED,
    /** It has failed for good. */
    FAILED,
    /** It is made again after some time. */
    RETRIED,
    /** It was refused for money, limits, rates, the key or room, and waits. */
    PAUSED,
    /** Its caller has cancelled it. */
    CANCELLED,
    /** Another server has taken the job. */
    LOST;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
