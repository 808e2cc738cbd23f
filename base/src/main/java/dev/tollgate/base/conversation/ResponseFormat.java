package dev.tollgate.base.conversation;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The form that the answer is to have. */
public sealed interface ResponseFormat {

    /** Returns the schema that an answer can be compared with; null if there is none. */
    default @Nullable ObjectNode objectSchema() {
        return this instanceof JsonSchema format && format.schema() instanceof ObjectNode schema && !schema.isEmpty()
                ? schema
                : null;
    }

    /** Absent or {@code text}. */
    record Text() implements ResponseFormat {}

    /** {@code json_object}, or {@code json_schema} without a schema. */
    record JsonObject() implements ResponseFormat {}

    /**
     * @param name null if the schema came with {@code json_object}
     * @param schema in the caller's key order
     * @param strict null where the caller did not say
     */
    record JsonSchema(
            @Nullable String name,
            @Nullable String description,
            JsonNode schema,
            @Nullable Boolean strict) implements ResponseFormat {}
}
