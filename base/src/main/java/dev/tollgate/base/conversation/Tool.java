package dev.tollgate.base.conversation;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A function tool, or a tool of the provider's under the name of one.
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

    /** Makes a request for a tool of the provider's. */
    public static Tool of(Place place, ProviderTool tool) {
        return new Tool(place, tool.key(), null, null, null);
    }

    /**
     * Returns the tool of the provider's that is meant; null for a function. The documents spell the search {@code googleSearch}; {@code
     * google_search} is taken too (D15). With parameters, the other names are functions of the caller's (Y25).
     */
    public @Nullable ProviderTool provider() {
        return switch (name) {
            case "googleSearch", "google_search" -> ProviderTool.SEARCH;
            case "urlContext", "codeExecution", "googleMaps" -> parameters == null ? ProviderTool.of(name) : null;
            default -> null;
        };
    }

    /** Returns whether the model searches the web by it. */
    public boolean isSearch() {
        return provider() == ProviderTool.SEARCH;
    }
}
