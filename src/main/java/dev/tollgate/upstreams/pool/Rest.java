package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The reason why a channel is not used for a model for a while. @param untilMillis since the epoch */
record Rest(Reason reason, long untilMillis) {

    /** The time zone of Google's quota days. */
    private static final ZoneId QUOTA_ZONE = ZoneId.of("America/Los_Angeles");

    private static final long MISCONFIGURED_MILLIS = 60_000;

    enum Reason {
        MINUTE_QUOTA,
        DAY_QUOTA,
        /**
         * Its key, project or model name was rejected. The channel is skipped while another one is available, since the operator may have
         * corrected it.
         */
        MISCONFIGURED
    }

    /** Returns whether the channel is not used at all before the end, because the result is known. */
    boolean isFirm() {
        return reason != Reason.MISCONFIGURED;
    }

    /** Returns the rest that a failure causes; null if the next call may succeed. */
    static @Nullable Rest after(UpstreamFailure failure, Instant now) {
        return switch (failure.kind()) {
            case QUOTA ->
                failure.retryAfter() == null || failure.retryAfter().isZero()
                        ? null
                        : new Rest(
                                Reason.MINUTE_QUOTA,
                                now.plus(failure.retryAfter()).toEpochMilli());
            case DAY_QUOTA -> new Rest(Reason.DAY_QUOTA, nextDay(now).toEpochMilli());
            case MISCONFIGURED -> new Rest(Reason.MISCONFIGURED, now.toEpochMilli() + MISCONFIGURED_MILLIS);
            case REFUSED, TOO_LONG, SIGNATURE, REPLACED, UNAVAILABLE, BROKEN -> null;
        };
    }

    private static Instant nextDay(Instant now) {
        LocalDate today = LocalDate.ofInstant(now, QUOTA_ZONE);
        return today.plusDays(1).atStartOfDay(QUOTA_ZONE).toInstant();
    }
}
