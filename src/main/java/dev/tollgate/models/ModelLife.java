package dev.tollgate.models;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What stands behind a model that is sold, as time goes on (D59). Thread-safe. */
public interface ModelLife {

    /** How long before its day the end of a model is told. */
    Duration TOLD_BEFORE = Duration.ofDays(60);

    /** The same model, with the rules of what answers in its place where what stood behind it has retired. */
    Model current(Model model);

    /** The end of what stands behind it, on the first of its channels where that comes; null until {@link #TOLD_BEFORE} its day. */
    @Nullable
    Retirement retirement(Model model);

    /**
     * @param at its day
     * @param successor the upstream's name of what answers from then on
     * @param isInEffect whether it answers already; it may before the day
     */
    record Retirement(Instant at, String successor, boolean isInEffect) {}
}
