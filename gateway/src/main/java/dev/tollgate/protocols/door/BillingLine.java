package dev.tollgate.protocols.door;

import dev.tollgate.base.json.JsonText;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line that Claude Code writes in front of its system prompt for its vendor's books. It changes with each request and would spoil the provider's cache, so
 * it goes; the prompt may stand behind it in the same text, and stays (E11).
 */
public final class BillingLine {

    private static final String NAME = "x-anthropic-billing-header:";

    /** The lines as JSON: pairs that end with a semicolon, the line or the text, or nothing up to the line's end. The line's end belongs to it. */
    private static final Pattern LINES = Pattern.compile("(?:" + NAME
            + " *(?:(?:[\\w-]+=[^;\\s\\\\]*(?:; *|(?=\\\\[nr]|\\z)))+(?:\\\\r)?(?:\\\\n)?" + "|(?:\\\\r)?\\\\n|\\z))+");

    /** Longer lines are none. */
    private static final int BYTES_MAX = 1_024;

    private BillingLine() {}

    /**
     * Returns the text behind such lines; the text itself if it does not begin with one.
     *
     * @param path of the text
     * @param ignored receives the path if something has gone
     */
    public static JsonText without(JsonText text, String path, Consumer<String> ignored) {
        if (!text.head(NAME.length()).equals(NAME)) {
            return text;
        }
        Matcher lines = LINES.matcher(text.head(BYTES_MAX));
        boolean isLine = lines.lookingAt();
        if (!isLine || (lines.hitEnd() && text.length() > BYTES_MAX)) {
            return text;
        }
        ignored.accept(path);
        return text.behind(lines.end());
    }
}
