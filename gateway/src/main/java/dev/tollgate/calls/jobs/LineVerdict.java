package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.jobs.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Says what becomes of a batch's line by the error of a try (J17, J19). */
sealed interface LineVerdict {

    /** The line stands in the error file. */
    record Refused() implements LineVerdict {}

    /** The line is tried again. @param isTry whether that is one of the few failures after which it is */
    record Again(Instant dueAt, boolean isTry) implements LineVerdict {}

    /** The whole batch waits. @param dueAt when one line is tried again */
    record Paused(Job.Pause reason, Instant dueAt) implements LineVerdict {}

    /** The waits after refusals of the provider: the last one counts for all further tries. */
    List<Duration> WAITS = List.of(
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1));

    /** @param heard whether the provider had said something @param tries that count, before this one @param refusals of the provider, before this one */
    static LineVerdict of(ApiError error, boolean heard, int tries, int refusals, Instant now, RandomGenerator random) {
        Job.Pause pause = Verdict.pause(error);
        if (pause != null) {
            return new Paused(pause, Verdict.due(error, now, pause));
        }
        if (isOfProvider(error, heard)) {
            return new Again(now.plus(wait(refusals, random)), false);
        }
        if (Verdict.waits(error)) {
            return new Again(now.plus(WAITS.getFirst()), false);
        }
        if (Verdict.isTry(error) && tries + 1 < Verdict.TRIES_MAX) {
            return new Again(now.plus(wait(tries, random)), true);
        }
        return new Refused();
    }

    /** Returns whether the provider has refused the call before a word. */
    static boolean isOfProvider(@Nullable ApiError error, boolean heard) {
        return error != null
                && error.code() == ErrorCode.UPSTREAM_ERROR
                && error.status() == 503
                && !heard
                && !"false".equals(error.headers().get("x-should-retry"));
    }

    /** Returns whether running calls hold what a line lacks: it is tried again when one of this batch ends, or soon (J18). */
    static boolean isHeldByRunning(ApiError error) {
        Shortage shortage = error.shortage();
        return shortage != null && shortage.heldMicros() > 0;
    }

    private static Duration wait(int before, RandomGenerator random) {
        Duration wait = WAITS.get(Math.min(before, WAITS.size() - 1));
        return wait.plusMillis((long) (wait.toMillis() * (random.nextDouble() - 0.5) * 0.4));
    }
}
