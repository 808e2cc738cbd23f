package dev.tollgate.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some entries of a list.
 *
 * @param next the text of the {@link Cursor} behind the last of them; null if the list ends here
 */
public record Page<T>(List<T> entries, @Nullable String next) {

    public Page {
        entries = List.copyOf(entries);
    }

    /** Cuts a page. @param found from its first entry on: with at least one more than the limit, unless the list ends before */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, Cursor> place) {
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(
                        found.subList(0, limit),
                        place.apply(found.get(limit - 1)).text());
    }
}
