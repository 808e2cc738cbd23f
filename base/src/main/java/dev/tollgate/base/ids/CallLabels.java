package dev.tollgate.base.ids;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tags of a call and its end user, for reports. Immutable.
 *
 * @param tags values by name, both valid
 * @param endUser without control characters and marks of the writing direction, at most {@link #END_USER_CHARS_MAX} characters; empty: none
 */
public record CallLabels(SortedMap<String, String> tags, String endUser) {

    /** The most names that an organization declares. */
    public static final int NAMES_MAX = 5;

    /** The most characters of an end user. */
    public static final int END_USER_CHARS_MAX = 64;

    /** The name of the end user among the labels: no tag is called that. */
    public static final String END_USER = "";

    /** The form of names, in words. */
    public static final String NAME_FORM =
            "a name has 1 to 32 characters (a to z, 0 to 9, _ and -, of which the first is a letter)";

    /** The form of values, in words. */
    public static final String VALUE_FORM = "1 to 64 characters (letters, digits, . _ - : / @ +)";

    public static final CallLabels NONE = new CallLabels(new TreeMap<>(), "");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._:/@+-]{1,64}");

    public CallLabels {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    /** A label of a call. @param name of the tag; {@link #END_USER} for the end user */
    public record Label(String name, String value) {

        /** Returns a number by which an altered name or value is found: the first eight bytes of a SHA-256 of both with the account. */
        public long proof(String accountId) {
            return new Drawn(accountId + "\n" + name + "\n" + value).nextLong();
        }
    }

    /** Returns whether a tag may be called that. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns whether a tag may have that value. */
    public static boolean isValue(String value) {
        return VALUE.matcher(value).matches();
    }

    public boolean isEmpty() {
        return tags.isEmpty() && endUser.isEmpty();
    }

    /** Returns the tags in the order of their names, then the end user. */
    public List<Label> all() {
        List<Label> all = new ArrayList<>(tags.size() + 1);
        tags.forEach((name, value) -> all.add(new Label(name, value)));
        if (!endUser.isEmpty()) {
            all.add(new Label(END_USER, endUser));
        }
        return all;
    }

    /** Returns the tags with spaces between them, like {@code env=prod feature=search}; empty without any. */
    public String tagsText() {
        return text(tags);
    }

    /** Returns tags with spaces between them. */
    public static String text(SortedMap<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Returns the labels for a stored row, one on each line; empty without any. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Label label : all()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(label.name())
                    .append('=')
                    .append(label.value());
        }
        return text.toString();
    }

    /** Reads what {@link #text} wrote. */
    public static CallLabels of(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        Map<String, String> values = new TreeMap<>();
        for (String line : text.split("\n", -1)) {
            int end = line.indexOf('=');
            values.put(line.substring(0, end), line.substring(end + 1));
        }
        String endUser = values.remove(END_USER);
        return new CallLabels(new TreeMap<>(values), endUser == null ? "" : endUser);
    }
}
