package dev.tollgate.protocols.googleapi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The field that the message of a refusal begins with. All words after it may be the caller's own, however much they look like a field.
 *
 * @param before the words before it, of Gemini's messages or of ours
 * @param path in the native request
 */
public record RefusedField(String before, String path, String after) {

    private static final Pattern BEGINNING = Pattern.compile("(Invalid value at '|\\* GenerateContentRequest\\.|'|)"
            + "([A-Za-z_]+(?:\\[\\d+])*(?:\\.[A-Za-z_]+(?:\\[\\d+])*)*)(?=[':])");

    /** Returns the field; null if the message does not begin with one. */
    public static @Nullable RefusedField of(String message) {
        Matcher found = BEGINNING.matcher(message);
        return found.lookingAt()
                ? new RefusedField(found.group(1), found.group(2), message.substring(found.end()))
                : null;
    }
}
