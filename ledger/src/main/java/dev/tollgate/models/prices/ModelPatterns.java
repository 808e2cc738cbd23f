package dev.tollgate.models.prices;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Models by their ids in the catalogue (Z13): exact ids, and prefixes that end in {@code *}. An alias, or the successor of a model, is another
 * name and does not match; nor does {@code gemini-4-*} match {@code google/gemini-4-argon}.
 *
 * @param all at most {@link #MOST}; none: every model
 */
public record ModelPatterns(List<String> all) {

    public static final ModelPatterns EVERY = new ModelPatterns(List.of());
    public static final int MOST = 60;

    /** An id as the catalogue allows it, or the begin of one before the star. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}\\*?");

    public ModelPatterns {
        all = List.copyOf(all);
        if (all.size() > MOST) {
            throw new IllegalArgumentException(all.size() + " models, at most " + MOST);
        }
        for (String pattern : all) {
            if (!isPattern(pattern)) {
                throw new IllegalArgumentException("not a model, nor a prefix with *: " + pattern);
            }
        }
    }

    /** Returns the patterns of a column: separated by a blank, empty for every model. */
    public static ModelPatterns of(String column) {
        return column.isEmpty() ? EVERY : new ModelPatterns(List.of(column.split(" ", -1)));
    }

    /** Returns whether a text is an id, or a prefix with a star at its end. */
    public static boolean isPattern(String text) {
        return FORM.matcher(text).matches();
    }

    /** Returns whether a pattern stands for all ids with this beginning. */
    public static boolean isBegin(String pattern) {
        return pattern.endsWith("*");
    }

    /** Returns whether one pattern covers a model. @param id in the catalogue */
    public static boolean matches(String pattern, String id) {
        int last = pattern.length() - 1;
        return pattern.charAt(last) == '*'
                ? id.regionMatches(0, pattern, 0, last) && id.length() >= last
                : pattern.equals(id);
    }

    /** Returns whether these cover a model. @param id in the catalogue */
    public boolean cover(String id) {
        if (all.isEmpty()) {
            return true;
        }
        for (int i = 0; i < all.size(); i++) {
            if (matches(all.get(i), id)) {
                return true;
            }
        }
        return false;
    }

    public boolean areEvery() {
        return all.isEmpty();
    }

    /** Returns the column's text. */
    public String text() {
        return String.join(" ", all);
    }
}
