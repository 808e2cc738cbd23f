package dev.tollgate.openai;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code response_format}. */
public sealed interface ResponseFormat {

    /** Absent or {@code text}. */
    record Text() implements ResponseFormat {}

    /** {@code json_object}, or {@code json_schema} without a schema. */
    record JsonObject() implements ResponseFormat {}

    /** @param schema in the caller's key order */
    record JsonSchema(String name, @Nullable String description, JsonNode schema, boolean strict)
            implements ResponseFormat {}
}
