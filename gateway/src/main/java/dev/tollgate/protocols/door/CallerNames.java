package dev.tollgate.protocols.door;

import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The user, the session and the tags that a request names. They have no effect on the answer.
 *
 * @param userField the field that names the user
 * @param tags at most 16
 * @param others names next to the tags that do not count, at most 33
 */
public record CallerNames(
        @Nullable String user,
        @Nullable String userField,
        @Nullable String session,
        Map<String, String> tags,
        List<String> others) {

    private static final int TAGS_MAX = 16;
    private static final int TAG_CHARS_MAX = 64;
    private static final int VALUE_CHARS_MAX = 512;
    private static final int OTHERS_MAX = 33;

    public CallerNames {
        tags = Map.copyOf(tags);
        others = List.copyOf(others);
    }

    /** Returns the labels of a body of the Gemini API, whose values are strings. */
    public static CallerNames ofLabels(JsonNode labels) {
        Map<String, String> tags = new LinkedHashMap<>(0);
        List<String> others = new ArrayList<>(0);
        labels.properties().forEach(label -> {
            if (tags.size() < TAGS_MAX) {
                tags.put(label.getKey(), label.getValue().asString());
            } else if (others.size() < OTHERS_MAX) {
                others.add(label.getKey());
            }
        });
        return new CallerNames(null, null, null, tags, others);
    }

    /** Reads the names of one body. Confined to its request. */
    public static final class Reader {

        private final JsonBody json;
        private final Map<String, String> tags = new LinkedHashMap<>(0);
        private final List<String> others = new ArrayList<>(0);
        private @Nullable String user;
        private @Nullable String userField;
        private @Nullable String session;

        public Reader(JsonBody json) {
            this.json = json;
        }

        public CallerNames read() {
            return new CallerNames(user, userField, session, tags, others);
        }

        /** Names the user by the current field. @param name null for no user */
        public void user(@Nullable String name) {
            if (name != null) {
                user = name;
                userField = json.path();
            }
        }

        /** Names the user unless another field does. */
        public void userByDefault(@Nullable String name) {
            if (user == null) {
                user(name);
            }
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
            } else {
                other(name);
            }
        }

        private void other(String name) {
            if (others.size() < OTHERS_MAX) {
                others.add(name);
            }
        }

        /** Reads Anthropic's metadata, of which the user alone has a meaning. */
        public void metadata() {
            json.ignored(json.path());
            if (!json.isObject()) {
                json.skip();
                return;
            }
            json.object(name -> {
                if (name.equals("user_id")) {
                    user(json.word());
                }
                other(name);
                json.skip();
            });
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
