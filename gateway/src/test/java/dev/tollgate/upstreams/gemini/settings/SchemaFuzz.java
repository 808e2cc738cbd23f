package dev.tollgate.upstreams.gemini.settings;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever schema a caller has, one of Gemini's words or a 400 comes of it, and cleaning it again changes nothing. A target of
 * Jazzer's too.
 */
public final class SchemaFuzz {

    /** Google's list (protocol 1.5), without those that some models refuse. */
    private static final Set<String> WORDS = Set.of(
            "$defs",
            "$ref",
            "type",
            "format",
            "title",
            "description",
            "enum",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "anyOf",
            "oneOf",
            "properties",
            "additionalProperties",
            "required",
            "propertyOrdering");

    private static final int DEPTH_MAX = 64;

    private SchemaFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        JsonNode read;
        try {
            read = Json.tree(input);
        } catch (JacksonException noJson) {
            return;
        }
        if (read instanceof ObjectNode schema && depth(schema) <= DEPTH_MAX) {
            clean(schema);
        }
    }

    private static void clean(ObjectNode schema) {
        ObjectNode before = schema.deepCopy();
        ObjectNode cleaned;
        try {
            cleaned = new SchemaCleaner(schema, "schema", new LinkedHashSet<>()).clean();
        } catch (ApiException refusal) {
            assertThat(refusal.error().status()).isEqualTo(400);
            return;
        } finally {
            assertThat(schema).isEqualTo(before);
        }
        checkWords(cleaned);
        Set<String> lost = new HashSet<>();
        assertThat(new SchemaCleaner(cleaned, "schema", lost).clean()).isEqualTo(cleaned);
        assertThat(lost).isEmpty();
    }

    private static void checkWords(JsonNode schema) {
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            assertThat(WORDS).contains(keyword.getKey());
            JsonNode value = keyword.getValue();
            switch (keyword.getKey()) {
                case "properties", "$defs" -> value.forEach(SchemaFuzz::checkWords);
                case "anyOf", "oneOf", "prefixItems" -> value.forEach(SchemaFuzz::checkWords);
                case "items" -> checkWords(value);
                case "additionalProperties" -> checkWords(value);
                default -> {}
            }
        }
        if (schema.has("$ref")) {
            assertThat(schema.propertyNames()).allMatch(name -> name.startsWith("$"));
        }
    }

    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node.values()) {
            deepest = Math.max(deepest, depth(child));
        }
        return deepest + 1;
    }
}
