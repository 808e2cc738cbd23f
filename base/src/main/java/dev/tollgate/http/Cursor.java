package dev.tollgate.http;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A place in a list: the values of the entry that ends a page. An answer has it in {@code next}, the request for the page behind it in {@code after};
 * callers need not know what it means. The cursor of one id is the id itself.
 */
public record Cursor(List<String> values) {

    private static final String SEPARATOR = "~";

    public Cursor {
        values = List.copyOf(values);
    }

    /** Returns the place behind an entry. @param values null is the same as an empty text */
    public static Cursor of(@Nullable Object... values) {
        return new Cursor(
                Arrays.stream(values).map(it -> Objects.toString(it, "")).toList());
    }

    /**
     * Reads the parameter {@code after}.
     *
     * @param values how many a cursor of this list has
     * @param place makes of them what the list continues from; fails with the exceptions of {@link #number} or {@link DateTimeException} for wrong values
     * @return null for the first page
     * @throws dev.tollgate.base.error.ApiException a 400 for a text that is no cursor of this list
     */
    public static <T> @Nullable T read(@Nullable String after, int values, Function<Cursor, T> place) {
        if (after == null || after.isEmpty()) {
            return null;
        }
        try {
            List<String> read = Arrays.stream(after.split(SEPARATOR, -1))
                    .map(it -> URLDecoder.decode(it.replace('!', '%'), StandardCharsets.UTF_8))
                    .toList();
            if (read.size() == values) {
                return place.apply(new Cursor(read));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // reported below
        }
        throw Parameter.wrong("after", after, "the 'next' of an answer to the same question");
    }

    /** Returns the value at a place, from 0 on. */
    public String value(int at) {
        return values.get(at);
    }

    /** Returns a whole number of at most 18 digits. @throws NumberFormatException for another text */
    public long number(int at) {
        if (!value(at).matches("[0-9]{1,18}")) {
            throw new NumberFormatException("no number of a list");
        }
        return Long.parseLong(value(at));
    }

    /** Returns the text for {@code next}, which stands in a URL as it is. */
    public String text() {
        return values.stream()
                .map(it -> URLEncoder.encode(it, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace('%', '!'))
                .collect(Collectors.joining(SEPARATOR));
    }
}
