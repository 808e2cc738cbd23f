package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a channel is not used for a model for a while. It is kept after its end, until the channel has served the model.
 *
 * @param untilMillis since the epoch
 * @param times how often in a row a refusal without a delay has begun it
 * @param isAlarmed whether the operator has had the alarm since the channel last served the model
 * @param triedSinceMillis the start of the call that tries the channel after the rest; {@link #UNTRIED} for none
 */
record Rest(Reason reason, long untilMillis, int times, boolean isAlarmed, long triedSinceMillis) {

    static final long LIMITED_MILLIS = 5_000;
    static final long LIMITED_MILLIS_MAX = 60_000;
    static final long UNTRIED = -1;

    /** The time zone of Google's quota days. */
    private static final ZoneId QUOTA_ZONE = ZoneId.of("America/Los_Angeles");

    private static final long MISCONFIGURED_MILLIS = 60_000;
    private static final int TIMES_MAX = 10;

    enum Reason {
        MINUTE_QUOTA,
        DAY_QUOTA,
        /**
         * A refusal for its limits without a delay, or at flex any failure that may pass. The channel is skipped while another one is available, since
         * it may be free again.
         */
        LIMITED,
        /**
         * The channel's key, project or model name was rejected. The channel is skipped while another one is available, since the operator may have
         * corrected it.
         */
        MISCONFIGURED
    }

    /** Returns whether the channel is not used at all before the end, because the result is known. */
    boolean isFirm() {
        return reason == Reason.MINUTE_QUOTA || reason == Reason.DAY_QUOTA;
    }

    boolean isTried() {
        return triedSinceMillis != UNTRIED;
    }

    /** Returns whether calls may use the channel again. While one call tries it, the others still pass it over. */
    boolean isOver(long nowMillis) {
        return isTried() ? nowMillis - triedSinceMillis > Breaker.TRIAL_MILLIS_MAX : nowMillis >= untilMillis;
    }

    Rest tried(long nowMillis) {
        return new Rest(reason, untilMillis, times, isAlarmed, nowMillis);
    }

    /** Returns the rest after a trial without a result: the next call tries again. */
    Rest untried() {
        return new Rest(reason, untilMillis, times, isAlarmed, UNTRIED);
    }

    /**
     * Returns the rest that a failure causes; null if the next call may succeed. At flex it has no breaker, so a failure that may pass begins a
     * rest as well.
     *
     * @param before the one before, over or not; null if the channel has served the model since
     */
    static @Nullable Rest after(UpstreamFailure failure, boolean isAtFlex, @Nullable Rest before, Instant now) {
        Duration told = failure.retryAfter();
        return switch (failure.kind()) {
            case QUOTA ->
                told == null || told.isZero()
                        ? limited(before, now)
                        : of(Reason.MINUTE_QUOTA, now.plus(told).toEpochMilli(), 0, before);
            case DAY_QUOTA -> of(Reason.DAY_QUOTA, nextDay(now).toEpochMilli(), 0, before);
            case MISCONFIGURED -> of(Reason.MISCONFIGURED, now.toEpochMilli() + MISCONFIGURED_MILLIS, 0, before);
            case UNAVAILABLE, BROKEN -> isAtFlex ? limited(before, now) : null;
            case REFUSED, TOO_LONG, SIGNATURE, REPLACED, TOO_LARGE, LOCAL -> null;
        };
    }

    private static Rest limited(@Nullable Rest before, Instant now) {
        int times = before == null ? 1 : Math.min(before.times + 1, TIMES_MAX);
        long wait = Math.min(LIMITED_MILLIS << (times - 1), LIMITED_MILLIS_MAX);
        return of(Reason.LIMITED, now.toEpochMilli() + wait, times, before);
    }

    private static Rest of(Reason reason, long untilMillis, int times, @Nullable Rest before) {
        boolean isAlarmed = reason == Reason.MISCONFIGURED || before != null && before.isAlarmed;
        return new Rest(reason, untilMillis, times, isAlarmed, UNTRIED);
    }

    private static Instant nextDay(Instant now) {
        LocalDate today = LocalDate.ofInstant(now, QUOTA_ZONE);
        return today.plusDays(1).atStartOfDay(QUOTA_ZONE).toInstant();
    }
}
