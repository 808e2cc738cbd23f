package dev.tollgate.base.json;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** Looks for members of an object before it is read, which names any fault in it. */
public final class LookAhead {

    /** The longest string that is worth a look ahead: a word or a name. */
    static final int BYTES_MAX = 1_024;

    private LookAhead() {}

    /** Returns a string member of a body that is one object; null if it has none or a very long one. */
    public static @Nullable String string(byte[] body, String member) {
        return string(body, 0, member, "", "");
    }

    /** Returns the same of the object that begins at a place, but null if {@code first} and {@code then} come before it. */
    static @Nullable String string(byte[] body, int start, String member, String first, String then) {
        try (BodyParser ahead = JsonBody.FACTORY.of(body, start)) {
            ahead.nextToken();
            boolean hasFirst = false;
            for (String name = ahead.nextName(); name != null; name = ahead.nextName()) {
                if (hasFirst && name.equals(then)) {
                    return null;
                }
                hasFirst |= name.equals(first);
                boolean isString = ahead.nextToken() == JsonToken.VALUE_STRING;
                if (name.equals(member)) {
                    JsonText text = isString ? ahead.text() : null;
                    return text == null || text.length() > BYTES_MAX ? null : text.toString();
                }
                ahead.skipChildren();
            }
            return null;
        } catch (JacksonException e) {
            return null; // reading the object names the fault
        }
    }

    /** Returns the members of a body that is one object, as far as they are among some names; reading the object names a fault in it. */
    public static Set<String> members(byte[] body, Set<String> names) {
        Set<String> found = new HashSet<>();
        try (BodyParser ahead = JsonBody.FACTORY.of(body, 0)) {
            ahead.nextToken();
            for (String name = ahead.nextName(); name != null; name = ahead.nextName()) {
                if (names.contains(name)) {
                    found.add(name);
                }
                ahead.nextToken();
                ahead.skipChildren();
            }
        } catch (JacksonException e) {
            return found;
        }
        return found;
    }
}
