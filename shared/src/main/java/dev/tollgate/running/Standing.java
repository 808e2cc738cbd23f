package dev.tollgate.running;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The model that a channel currently uses for an upstream's model name (D59).
 *
 * @param asked the name in the catalogue or the channels file
 * @param model the model in use: {@code asked} itself or its replacement
 * @param retires when the upstream switches {@code asked} off, perhaps in the past; null if unknown
 * @param successor the model that replaces it from then on; null if unknown
 */
public record Standing(
        String asked,
        String model,
        @Nullable Instant retires,
        @Nullable String successor) {

    /** Returns the standing of a model with no known end. */
    public static Standing of(String upstreamModel) {
        return new Standing(upstreamModel, upstreamModel, null, null);
    }

    /** Returns the model in use at a time, as far as that is known now. */
    public String modelAt(Instant at) {
        if (!isReplaced() && retires != null && successor != null && !at.isBefore(retires)) {
            return successor;
        }
        return model;
    }

    public boolean isReplaced() {
        return !model.equals(asked);
    }
}
