package dev.tollgate.calls.metering;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator of upstreams that report more than their calls can come to (D53): what is beyond is charged to nobody, and a channel
 * that really uses it costs money. At most a line a minute, however many calls there are. Thread-safe.
 */
public final class ExcessReports {

    private static final Logger log = LoggerFactory.getLogger(ExcessReports.class);
    private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

    private boolean told;
    private long toldNanos;
    private long untold;

    /**
     * The most that was reported of a call.
     *
     * @param outputTokens of the kinds that are billed
     */
    record Excess(long promptTokens, long outputTokens) {}

    /** @param limits what the call can come to */
    void tell(String taskId, String channel, Excess excess, UsageLimits limits) {
        long others = turn();
        if (others >= 0) {
            log.warn(
                    Event.USAGE_ANOMALY,
                    "task {}: channel {} has reported {} tokens in and {} out of a call that comes to at most {} and {}; what is beyond"
                            + " is not charged ({} more such calls since this was said last)",
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

    /** @return how many nobody was told of since the last time; -1: nothing is said now */
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
