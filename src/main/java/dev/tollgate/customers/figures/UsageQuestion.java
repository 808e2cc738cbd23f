package dev.tollgate.customers.figures;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for figures of usage.
 *
 * @param by what they are grouped by; nothing: one group
 * @param model as it was asked for; null: all
 * @param keyId null: all
 * @param after the last group of the page before, or null
 * @param limit 1 to {@value #LIMIT_MAX}
 */
public record UsageQuestion(
        Span span,
        Set<By> by,
        @Nullable String model,
        @Nullable String keyId,
        @Nullable UsageGroup after,
        int limit) {

    public static final int LIMIT_MAX = 10_000;

    public enum By {
        DAY,
        MODEL,
        KEY
    }

    public UsageQuestion {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + LIMIT_MAX + " groups");
        }
        by = by.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(by));
    }

    /** All of a span, of all models and keys. */
    public static UsageQuestion of(Span span, By... by) {
        return new UsageQuestion(span, Set.of(by), null, null, null, LIMIT_MAX);
    }
}
