package dev.tollgate.customers.figures;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Figures of what has these in common; null is what was not grouped by.
 *
 * @param day of the span's zone
 * @param model as it was asked for
 * @param teamId the team of the key; empty for keys without one
 * @param memberId the member whose personal key it is; empty for other keys
 */
public record UsageGroup(
        @Nullable LocalDate day,
        @Nullable String model,
        @Nullable String keyId,
        @Nullable String teamId,
        @Nullable String memberId,
        Figures figures) {

    /** The approximate length of a group in JSON. */
    static final long JSON_BYTES = 512;
}
