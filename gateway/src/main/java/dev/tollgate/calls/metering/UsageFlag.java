package dev.tollgate.calls.metering;

import java.util.Locale;

/** Oddities of what an upstream reports, which stand in the task as {@code usage_flags} (D37). */
public enum UsageFlag {
    ESTIMATED,
    CLAMPED,
    TOTAL_MISMATCH;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
