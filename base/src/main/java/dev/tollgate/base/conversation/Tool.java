package dev.tollgate.base.conversation;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A function tool.
 *
 * @param place the tool itself
 * @param name 1 to 64 of {@code [A-Za-z0-9_-]}
 * @param parameters JSON Schema in the caller's key order; null where absent
 * @param strict null where absent
 */
public record Tool(
        Place place,
        String name,
        @Nullable String description,
        @Nullable ObjectNode parameters,
        @Nullable Boolean strict) {

    /** The documents spell the search tool {@code googleSearch}; {@code google_search} is taken too (D15). */
    public boolean isSearch() {
        return name.equals("googleSearch") || name.equals("google_search");
    }
}
