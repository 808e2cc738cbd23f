package dev.tollgate.customers.figures;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for figures of usage.
 *
 * @param by what they are grouped by; nothing: one group
 * @param model as it was asked for; null: all
 * @param keys whose calls count
 * @param after the last group of the page before, or null
 * @param limit 1 to {@value #LIMIT_MAX}; with a label 1 to {@value #LABELS_MAX}
 * @param label the name of the tag that it is grouped by, or {@link dev.tollgate.base.ids.CallLabels#END_USER}: then the span is whole days of UTC, and
 *     all keys count; else null
 */
public record UsageQuestion(
        Span span,
        Set<By> by,
        @Nullable String model,
        KeyFilter keys,
        @Nullable UsageGroup after,
        int limit,
        @Nullable String label) {

    public static final int LIMIT_MAX = 10_000;

    /** The most groups of a question about a label, before they are paged. */
    public static final int LABELS_MAX = 50_000;

    /** The values that groups have in common; a team or a member owns the key of the calls. */
    public enum By {
        DAY,
        MODEL,
        KEY,
        TEAM,
        MEMBER,
        /** The value of a tag, or the end user. */
        LABEL;

        /** Returns the name in queries and answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns whether the owner of the key decides. */
        public boolean isOwner() {
            return this == TEAM || this == MEMBER;
        }
    }

    public UsageQuestion {
        if (by.contains(By.LABEL) != (label != null)) {
            throw new IllegalArgumentException("a label has a name");
        }
        int most = label == null ? LIMIT_MAX : LABELS_MAX + 1;
        if (limit < 1 || limit > most) {
            throw new IllegalArgumentException("a page has 1 to " + most + " groups");
        }
        by = by.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(by));
    }

    /** Asks without labels. */
    public UsageQuestion(
            Span span, Set<By> by, @Nullable String model, KeyFilter keys, @Nullable UsageGroup after, int limit) {
        this(span, by, model, keys, after, limit, null);
    }

    /** All of a span, of all models and keys. */
    public static UsageQuestion of(Span span, By... by) {
        return of(span, KeyFilter.ALL, by);
    }

    /** All of a span, of all models. */
    public static UsageQuestion of(Span span, KeyFilter keys, By... by) {
        return new UsageQuestion(span, Set.of(by), null, keys, null, LIMIT_MAX);
    }

    UsageQuestion page(@Nullable UsageGroup begin, int groups) {
        return new UsageQuestion(span, by, model, keys, begin, groups, label);
    }
}
