package dev.tollgate.http;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of the query that is a whole number, as a rule the most entries of a page.
 *
 * @param standard for a request without the parameter
 */
public record Limit(String name, int least, int most, int standard) {

    /** Returns the bound of a page: {@code limit}, from 1 on. */
    public static Limit of(int most, int standard) {
        return new Limit("limit", 1, most, standard);
    }

    /** Returns the number. @throws dev.tollgate.base.error.ApiException a 400 for another text @param text null or empty without the parameter */
    public int read(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return standard;
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw Parameter.wrong(name, text, "a whole number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }
}
