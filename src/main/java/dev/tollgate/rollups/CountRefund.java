package dev.tollgate.rollups;

import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was given back of a call's charge later, for the key and the model of that call, at the time of the refund's own entry.
 *
 * @param taskId a call that has ended and has its task
 * @param given asked when it is applied; null where nothing was given back
 */
public record CountRefund(String taskId, Supplier<@Nullable Given> given) implements RollupChange {

    /**
     * @param micros above zero
     * @param at the stamp of the entry
     */
    public record Given(long micros, Instant at) {

        public Given {
            if (micros <= 0) {
                throw new IllegalArgumentException("a refund is above zero");
            }
        }
    }
}
