package dev.tollgate.calls.metering;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs upstreams that report more usage than their calls can have (D53). No account is charged for the excess, so a channel that really uses it costs
 * the operator money. Logs at most one line a minute. Thread-safe.
 */
public final class ExcessReports {

    private static final Logger log = LoggerFactory.getLogger(ExcessReports.class);
    private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

    private boolean told;
    private long toldNanos;
    private long untold;

    /**
     * The highest usage reported for a call.
     *
     * @param outputTokens billed output tokens
     */
    record Excess(long promptTokens, long outputTokens) {}

    /** @param limits the highest usage that the call can have */
    void tell(String taskId, String channel, Excess excess, UsageLimits limits) {
        long others = turn();
        if (others >= 0) {
            log.warn(
                    Event.USAGE_ANOMALY,
                    "task {}: channel {} reported {} input and {} output tokens, above the limits of {} and {}; the excess"
                            + " is not charged ({} similar calls not logged)",
                    taskId,
                    channel,
                    excess.promptTokens(),
                    excess.outputTokens(),
                    limits.promptTokens(),
                    limits.billedOutputTokens(),
                    others,
                    new LogFields.About(null, taskId, null, null, channel));
        }
    }

    /** Takes the turn to log. @return number of calls not logged since the last line; -1 if this call is not logged either */
    private synchronized long turn() {
        long now = System.nanoTime();
        if (told && now - toldNanos < EVERY_NANOS) {
            untold++;
            return -1;
        }
        long others = untold;
        told = true;
        toldNanos = now;
        untold = 0;
        return others;
    }
}
