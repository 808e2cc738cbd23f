package dev.tollgate.calls.schema;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rewrites a schema into plain JSON Schema, as translation does for the upstream: without OpenAPI's {@code nullable}, Google's upper-case types, and
 * unknown dialects.
 */
final class SchemaWords {

    private static final Set<String> NAMED_SCHEMAS =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    /** Keywords whose values are data. A keyword-like name in them is no keyword. */
    private static final Set<String> DATA = Set.of("enum", "const", "default", "example", "examples");

    private static final Set<String> BEYOND_TYPE = Set.of("$ref", "anyOf", "oneOf", "allOf", "const", "not");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private SchemaWords() {}

    /** Returns a copy. Targets of pointers keep their position. */
    static ObjectNode plain(ObjectNode schema) {
        ObjectNode out = object(schema);
        if (!out.path("$schema").asString("").contains("json-schema.org/draft")) {
            out.remove("$schema");
        }
        return out;
    }

    private static JsonNode any(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object(object);
        }
        if (node instanceof ArrayNode array) {
            ArrayNode out = NODES.arrayNode();
            array.forEach(element -> out.add(any(element)));
            return out;
        }
        return node;
    }

    private static ObjectNode object(ObjectNode schema) {
        ObjectNode out = NODES.objectNode();
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            out.set(keyword.getKey(), value(keyword.getKey(), keyword.getValue()));
        }
        boolean nullable = out.path("nullable").asBoolean(false);
        out.remove("nullable");
        return nullable ? orNull(out) : out;
    }

    private static JsonNode value(String keyword, JsonNode value) {
        if (keyword.equals("type")) {
            return lowerCase(value);
        }
        if (NAMED_SCHEMAS.contains(keyword) && value instanceof ObjectNode named) {
            ObjectNode out = NODES.objectNode();
            named.properties().forEach(entry -> out.set(entry.getKey(), any(entry.getValue())));
            return out;
        }
        return DATA.contains(keyword) ? value : any(value);
    }

    private static JsonNode lowerCase(JsonNode type) {
        if (type instanceof ArrayNode names) {
            ArrayNode out = NODES.arrayNode();
            names.forEach(name -> out.add(lowerCase(name)));
            return out;
        }
        return type.isString() ? NODES.stringNode(type.asString().toLowerCase(Locale.ROOT)) : type;
    }

    private static ObjectNode orNull(ObjectNode schema) {
        if (BEYOND_TYPE.stream().anyMatch(schema::has)) {
            ObjectNode out = NODES.objectNode();
            out.putArray("anyOf").add(schema).add(NODES.objectNode().put("type", "null"));
            return out;
        }
        addNull(schema, "type", NODES.stringNode("null"));
        addNull(schema, "enum", NODES.nullNode());
        return schema;
    }

    private static void addNull(ObjectNode schema, String keyword, JsonNode value) {
        JsonNode before = schema.get(keyword);
        if (before instanceof ArrayNode values) {
            schema.putArray(keyword).addAll(values).add(value);
        } else if (before != null) {
            schema.putArray(keyword).add(before).add(value);
        }
    }
}
