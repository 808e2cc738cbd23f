package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.calls.lines.LineRefusals;
import dev.tollgate.jobs.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what becomes of a job by the error of a try (J17, J19, J33): it waits, or it has failed.
 *
 * @param pause why it waits; null if it is just made again
 * @param isTry whether it is one of the few failures after which it is made again
 * @param dueAt when it is looked at next, at the latest at its deadline
 */
record Verdict(Job.@Nullable Pause pause, boolean isTry, Instant dueAt) {

    static final int TRIES_MAX = 4;

    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(5));
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration AFTER_RUNNING = Duration.ofSeconds(5);

    /** Returns null for a job that has failed. */
    static @Nullable Verdict of(ApiError error, Job job, Instant now) {
        Job.Pause pause = pause(error);
        boolean isTry = pause == null && isTry(error);
        int tries = job.line().tries();
        if (isTry ? tries + 1 >= TRIES_MAX : pause == null && !waits(error)) {
            return null;
        }
        Instant due = isTry ? now.plus(PAUSES.get(Math.min(tries, PAUSES.size() - 1))) : due(error, now, pause);
        return new Verdict(pause, isTry, due.isBefore(job.deadline()) ? due : job.deadline());
    }

    /** Returns what an error of money, limits or keys lets a job wait for; null for others. */
    static Job.@Nullable Pause pause(ApiError error) {
        if (error.equals(JobTrouble.NO_ROOM) || error.equals(JobTrouble.NO_ROOM_FOR_RESULTS)) {
            return Job.Pause.STORAGE;
        }
        if (error.equals(LineRefusals.NO_FLEX)) {
            return Job.Pause.PROVIDER;
        }
        return switch (error.code()) {
            case INSUFFICIENT_CREDITS -> Job.Pause.CREDITS;
            case SPEND_LIMIT_EXCEEDED -> Job.Pause.LIMIT;
            case RATE_LIMIT_EXCEEDED -> Job.Pause.RATES;
            case INVALID_API_KEY, IP_NOT_ALLOWED -> Job.Pause.KEY;
            case INVALID_REQUEST,
                    CONTEXT_LENGTH_EXCEEDED,
                    PREVIOUS_RESPONSE_NOT_FOUND,
                    PRICE_ABOVE_LIMIT,
                    MODEL_NOT_FOUND,
                    TASK_NOT_FOUND,
                    LAST_OWNER,
                    INTERNAL_ERROR,
                    UPSTREAM_ERROR -> null;
        };
    }

    /** Returns whether it is a failure after which a few further tries are made. */
    static boolean isTry(ApiError error) {
        boolean isFinal = "false".equals(error.headers().get("x-should-retry"));
        return !isFinal
                && (error.code() == ErrorCode.UPSTREAM_ERROR
                        || error.code() == ErrorCode.INTERNAL_ERROR && error.status() != 503);
    }

    /** Returns whether this server could not make the call just now: no memory, the database silent, a stop. */
    static boolean waits(ApiError error) {
        return error.code() == ErrorCode.INTERNAL_ERROR && error.status() == 503;
    }

    static Instant due(ApiError error, Instant now, Job.@Nullable Pause pause) {
        if (pause == null) {
            return now.plus(SOON);
        }
        Shortage shortage = error.shortage();
        if (shortage != null && shortage.heldMicros() > 0) {
            return now.plus(AFTER_RUNNING);
        }
        Instant inAMinute = now.plus(MINUTE); // credits may come, and limits may be raised, at any time
        if (shortage instanceof Shortage.OfLimit limit
                && limit.freesAt() != null
                && limit.freesAt().isBefore(inAMinute)) {
            return limit.freesAt();
        }
        String after = error.headers().get("retry-after");
        return pause == Job.Pause.RATES && after != null
                ? now.plusSeconds(Math.max(1, Long.parseLong(after)))
                : inAMinute;
    }
}
