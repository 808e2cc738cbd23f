package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.json.Json;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Lays one branch of an {@code allOf} over another: properties and required united, bounds narrowed, enums intersected; notes
 * keep the first word, all else takes the last (protocol 4.3). Types that exclude each other are a 400.
 */
record SchemaMerge(String param, String path) {

    /** Changes {@code out}; {@code branch} stays. */
    void into(ObjectNode out, ObjectNode branch) {
        for (Map.Entry<String, JsonNode> keyword : branch.properties()) {
            JsonNode before = out.get(keyword.getKey());
            out.set(
                    keyword.getKey(),
                    before == null ? keyword.getValue() : both(keyword.getKey(), before, keyword.getValue()));
        }
    }

    private JsonNode both(String keyword, JsonNode before, JsonNode after) {
        return switch (keyword) {
            case "title", "description" -> before;
            case "properties", "$defs", "definitions" -> union(before, after);
            case "required" -> distinct(before, after);
            case "enum" -> common(before, after);
            case "minimum", "minItems" -> before.asDecimal().compareTo(after.asDecimal()) >= 0 ? before : after;
            case "maximum", "maxItems" -> before.asDecimal().compareTo(after.asDecimal()) <= 0 ? before : after;
            case "type", "anyOf", "oneOf", "$ref", "const" -> same(keyword, before, after);
            default -> after;
        };
    }

    private static JsonNode union(JsonNode before, JsonNode after) {
        if (before instanceof ObjectNode first && after instanceof ObjectNode second) {
            return Json.MAPPER.createObjectNode().setAll(first).setAll(second);
        }
        return after;
    }

    private static JsonNode distinct(JsonNode before, JsonNode after) {
        Set<JsonNode> names = new LinkedHashSet<>();
        before.forEach(names::add);
        after.forEach(names::add);
        return Json.MAPPER.createArrayNode().addAll(names);
    }

    private JsonNode common(JsonNode before, JsonNode after) {
        Set<JsonNode> values = new LinkedHashSet<>();
        before.forEach(values::add);
        Set<JsonNode> others = new LinkedHashSet<>();
        after.forEach(others::add);
        values.retainAll(others);
        if (values.isEmpty()) {
            throw refuse("enum");
        }
        ArrayNode all = Json.MAPPER.createArrayNode();
        return all.addAll(values);
    }

    private JsonNode same(String keyword, JsonNode before, JsonNode after) {
        if (!before.equals(after)) {
            throw refuse(keyword);
        }
        return before;
    }

    private RuntimeException refuse(String keyword) {
        return SchemaCleaner.refusal(
                param, path + ".allOf", "has branches whose '" + keyword + "' cannot both hold, or not be merged.");
    }
}
