package dev.tollgate.protocols.door;

import dev.tollgate.base.json.JsonBody;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The user, the session and the tags that a request names. They have no effect on the answer.
 *
 * @param tags at most 16
 */
public record CallerNames(@Nullable String user, @Nullable String session, Map<String, String> tags) {

    private static final int TAGS_MAX = 16;
    private static final int TAG_CHARS_MAX = 64;
    private static final int VALUE_CHARS_MAX = 512;

    public CallerNames {
        tags = Map.copyOf(tags);
    }

    /** Returns the labels of a body of the Gemini API, whose values are strings; the first of them if there are too many. */
    public static CallerNames ofLabels(JsonNode labels) {
        Map<String, String> tags = new LinkedHashMap<>(0);
        labels.properties().stream()
                .limit(TAGS_MAX)
                .forEach(label -> tags.put(label.getKey(), label.getValue().asString()));
        return new CallerNames(null, null, tags);
    }

    /** Reads the names of one body. Confined to its request. */
    public static final class Reader {

        private final JsonBody json;
        private final Map<String, String> tags = new LinkedHashMap<>(0);
        private @Nullable String user;
        private @Nullable String session;

        public Reader(JsonBody json) {
            this.json = json;
        }

        public CallerNames read() {
            return new CallerNames(user, session, tags);
        }

        public void user(@Nullable String name) {
            user = name == null ? user : name;
        }

        /** Names the user unless another field does. */
        public void userByDefault(@Nullable String name) {
            user = user == null ? name : user;
        }

        /** Names the session by the current field, which is listed if it has no effect. */
        public void session(@Nullable String name) {
            session = name;
            if (!SessionName.isName(name)) {
                json.ignored(json.path());
            }
        }

        /** Checks the current value; what is more than tags can be is not carried. */
        public void tag(String name) {
            String value = json.string(VALUE_CHARS_MAX);
            if (tags.size() < TAGS_MAX && name.length() <= TAG_CHARS_MAX) {
                tags.put(name, value);
            }
        }

        public void tags() {
            json.object(name -> {
                if (tags.size() == TAGS_MAX || name.length() > TAG_CHARS_MAX) {
                    throw json.invalid("must be one of at most " + TAGS_MAX + " pairs, with a name of at most "
                            + TAG_CHARS_MAX + " characters.");
                }
                tag(name);
            });
        }
    }
}
