package dev.tollgate.customers.figures;

import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.http.Cursor;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Figures of what has these in common; null is what was not grouped by.
 *
 * @param day of the span's zone
 * @param model as it was asked for
 * @param teamId the team of the key; empty for keys without one
 * @param memberId the member whose personal key it is; empty for other keys
 * @param label the value of the tag, or the end user; empty for calls without one
 */
public record UsageGroup(
        @Nullable LocalDate day,
        @Nullable String model,
        @Nullable String keyId,
        @Nullable String teamId,
        @Nullable String memberId,
        @Nullable String label,
        Figures figures) {

    /** The approximate length of a group in JSON. */
    public static final long JSON_BYTES = 512;

    /** Returns the value that the group has in common. */
    @Nullable
    Object value(By by) {
        return switch (by) {
            case DAY -> day;
            case MODEL -> model;
            case KEY -> keyId;
            case TEAM -> teamId;
            case MEMBER -> memberId;
            case LABEL -> label;
        };
    }

    /** Returns the day of a group by day. */
    public LocalDate date() {
        return Objects.requireNonNull(day);
    }

    /** Returns the first of the model, the key, the team, the member and the label that are grouped by. */
    public String name() {
        return Stream.of(model, keyId, teamId, memberId, label)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /** Returns this group as one of a day. */
    UsageGroup on(LocalDate its) {
        return new UsageGroup(its, model, keyId, teamId, memberId, label, figures);
    }

    /** Returns the place behind this group: by what it is grouped and its values, in the order of {@link By}. */
    public Cursor place(Set<By> by) {
        return Cursor.of(Stream.concat(Stream.of(words(by)), inOrder(by).map(this::value))
                .toArray());
    }

    private static Stream<By> inOrder(Set<By> by) {
        return Stream.of(By.values()).filter(by::contains);
    }

    private static String words(Set<By> by) {
        return inOrder(by).map(By::word).collect(Collectors.joining("-"));
    }

    /** Returns a group with a cursor's values and no figures; null for the first page. */
    public static @Nullable UsageGroup after(@Nullable String text, Set<By> by) {
        return Cursor.read(text, by.size() + 1, cursor -> {
            Iterator<String> values = cursor.values().iterator();
            if (!values.next().equals(words(by))) {
                throw new IllegalArgumentException("grouped by others");
            }
            return new UsageGroup(
                    by.contains(By.DAY) ? LocalDate.parse(values.next()) : null,
                    by.contains(By.MODEL) ? values.next() : null,
                    by.contains(By.KEY) ? values.next() : null,
                    by.contains(By.TEAM) ? values.next() : null,
                    by.contains(By.MEMBER) ? values.next() : null,
                    by.contains(By.LABEL) ? values.next() : null,
                    Figures.NONE);
        });
    }
}
