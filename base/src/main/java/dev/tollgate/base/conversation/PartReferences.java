package dev.tollgate.base.conversation;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * References in the response of a function: Gemini takes each member {@code $ref} of it, at any depth, for the name of a media part of the same
 * response, and refuses every turn with one that names none (D45).
 */
public final class PartReferences {

    public static final String MEMBER = "$ref";

    /** The member of a medium that has its name. */
    public static final String NAME = "displayName";

    private PartReferences() {}

    /** Returns whether a value has a reference at any depth. */
    public static boolean isIn(JsonNode value) {
        return value.isContainer() && (value.has(MEMBER) || value.valueStream().anyMatch(PartReferences::isIn));
    }

    /** Returns the values of all references in a response, in its order. */
    public static List<JsonNode> of(JsonNode response) {
        List<JsonNode> found = new ArrayList<>();
        collect(response, found);
        return found;
    }

    private static void collect(JsonNode value, List<JsonNode> found) {
        if (value.has(MEMBER)) {
            found.add(value.get(MEMBER));
        }
        if (value.isContainer()) {
            value.forEach(inner -> collect(inner, found));
        }
    }
}
