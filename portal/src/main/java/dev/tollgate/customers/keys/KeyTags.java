package dev.tollgate.customers.keys;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.MessageText;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the tags of a key: an object of a request, or the pairs that a person types. */
final class KeyTags {

    private KeyTags() {}

    /** Reads an object of tags. @throws dev.tollgate.base.error.ApiException a 400 that names the tag */
    static SortedMap<String, String> read(String path, JsonNode value) {
        if (!(value instanceof ObjectNode object)) {
            throw Field.wrong(path, sentence("{field} must be an object of strings.", FIELD));
        }
        SortedMap<String, String> tags = new TreeMap<>();
        for (Map.Entry<String, JsonNode> tag : object.properties()) {
            String field = path + "." + MessageText.plain(tag.getKey());
            if (!CallLabels.isName(tag.getKey())) {
                throw Field.wrong(
                        field,
                        sentence(
                                "{field} is no name of a tag: a name has 1 to 32 characters (a to z, 0 to 9, _ and -, of which the first is a letter).",
                                FIELD));
            }
            if (!tag.getValue().isString() || !CallLabels.isValue(tag.getValue().stringValue())) {
                throw Field.wrong(
                        field,
                        sentence(
                                "{field} must be a string of 1 to 64 characters (letters, digits, . _ - : / @ +).",
                                FIELD));
            }
            tags.put(tag.getKey(), tag.getValue().stringValue());
        }
        if (tags.size() > CallLabels.NAMES_MAX) {
            throw Field.wrong(
                    path,
                    sentence(
                            "{field} may have at most {most} entries, not {count}.",
                            FIELD,
                            Integer.toString(CallLabels.NAMES_MAX),
                            Integer.toString(tags.size())));
        }
        return tags;
    }

    /** Returns the object of typed pairs like {@code feature=search}. A pair that is none, or whose name comes twice, has no value. */
    static JsonNode pairs(String text) {
        ObjectNode tags = JsonNodeFactory.instance.objectNode();
        for (String pair : text.strip().split("[\\s,]+")) {
            int at = pair.indexOf('=');
            String name = at < 0 ? pair : pair.substring(0, at);
            if (at < 0 || tags.has(name)) {
                tags.putNull(name);
            } else {
                tags.put(name, pair.substring(at + 1));
            }
        }
        return tags;
    }
}
