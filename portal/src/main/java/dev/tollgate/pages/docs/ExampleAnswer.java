package dev.tollgate.pages.docs;

import dev.tollgate.base.money.ApiJson;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The example of an answer whose description has none: an object of its schema, with values that its descriptions name. Pure. */
record ExampleAnswer(JsonNode api) {

    private static final int DEPTH_MAX = 6;
    private static final Pattern SHAPE = Pattern.compile("[a-z]+[_-]…");

    /** Values of texts by the end of their names. */
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("email", "ann@example.org"),
            Map.entry("login", "ann@example.org"),
            Map.entry("role", "member"),
            Map.entry("prefix", "sk-0123abcd"),
            Map.entry("key", "sk-…"),
            Map.entry("model", "gemini-3-pro"),
            Map.entry("account", "acc_…"),
            Map.entry("time_zone", "Europe/Berlin"),
            Map.entry("version", "gemini-3-pro@2026-11"),
            Map.entry("link", "https://…"),
            Map.entry("url", "https://…"));

    /** Returns null if the schema says nothing of its members. */
    @Nullable
    JsonNode of(JsonNode schema) {
        JsonNode example = value("", schema, 0);
        return example.isContainer() && !example.isEmpty() ? example : null;
    }

    private JsonNode value(String name, JsonNode written, int depth) {
        JsonNode schema = resolved(written);
        for (String given : new String[] {"example", "const", "default"}) {
            if (schema.has(given)) {
                return schema.get(given);
            }
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(0);
        }
        if (schema.has("oneOf")) {
            return value(name, schema.get("oneOf").get(0), depth);
        }
        String type = name.endsWith("_at") && schema.path("type").isArray() ? "null" : type(schema);
        return switch (type) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "boolean" -> ApiJson.MAPPER.getNodeFactory().booleanNode(name.equals("enabled"));
            case "integer", "number" -> ApiJson.MAPPER.getNodeFactory().numberNode(number(name, schema));
            case "null" -> ApiJson.MAPPER.getNodeFactory().nullNode();
            default -> ApiJson.MAPPER.getNodeFactory().stringNode(text(name, schema));
        };
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return type.get(0).asString();
        }
        return type.asString(schema.has("properties") || schema.has("allOf") ? "object" : "string");
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = ApiJson.MAPPER.createObjectNode();
        if (depth < DEPTH_MAX) {
            schema.path("allOf").forEach(part -> object.setAll(object(resolved(part), depth)));
            schema.path("properties").properties().forEach(property -> {
                if (!resolved(property.getValue()).path("deprecated").asBoolean(false)) {
                    object.set(property.getKey(), value(property.getKey(), property.getValue(), depth + 1));
                }
            });
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = ApiJson.MAPPER.createArrayNode();
        JsonNode items = resolved(schema.path("items"));
        boolean isEmptyObject = type(items).equals("object") && !items.has("properties") && !items.has("allOf");
        if (depth < DEPTH_MAX && schema.has("items") && !isEmptyObject) {
            array.add(value("", items, depth + 1));
        }
        return array;
    }

    private static long number(String name, JsonNode schema) {
        return name.endsWith("_at") || name.equals("created")
                ? 1_795_000_000
                : schema.path("minimum").asLong(0);
    }

    private static String text(String name, JsonNode schema) {
        if (schema.path("format").asString("").equals("date-time")) {
            return "2026-11-21T10:00:00Z";
        }
        Matcher shape = SHAPE.matcher(schema.path("description").asString(""));
        return shape.find() ? shape.group() : TEXTS.getOrDefault(name, "…");
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.at(node.get("$ref").asString().substring(1)) : node;
    }
}
