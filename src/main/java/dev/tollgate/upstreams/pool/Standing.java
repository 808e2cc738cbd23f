package dev.tollgate.upstreams.pool;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind an upstream's name of a model on one channel (D59).
 *
 * @param asked the name that the catalogue or the channels file gives
 * @param model the model that is asked: {@code asked} itself, or what answers in its place
 * @param retires when it is switched off there, which may be past; null where that is not known
 * @param successor what answers in its place from then on; null where that is not known
 */
public record Standing(
        String asked,
        String model,
        @Nullable Instant retires,
        @Nullable String successor) {

    /** A model of which no end is known. */
    public static Standing of(String upstreamModel) {
        return new Standing(upstreamModel, upstreamModel, null, null);
    }

    /** Whether another model is asked in its place. */
    public boolean isReplaced() {
        return !model.equals(asked);
    }
}
