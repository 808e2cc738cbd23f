package dev.tollgate.base.conversation;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A service tier: the speed at which an upstream serves a call, and the multiple of its price (P4). */
public enum ServiceTier {
    STANDARD,
    /** Cheaper, and served when there is room. */
    FLEX,
    /** Dearer, and served first. */
    PRIORITY;

    private static final Map<String, ServiceTier> BY_WORD = Map.of(
            "default", STANDARD,
            "standard", STANDARD,
            "auto", STANDARD,
            "standard_only", STANDARD,
            "flex", FLEX,
            "priority", PRIORITY,
            "fast", PRIORITY);

    private final String word = name().toLowerCase(Locale.ROOT);

    /** Returns the tier that a caller's word names; empty for any other word. */
    public static Optional<ServiceTier> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    /** Returns the word in bills, catalogues and Google's requests: standard, flex or priority. */
    public String word() {
        return word;
    }
}
