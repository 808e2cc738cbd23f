package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rewrites {@code enum}, {@code const} and {@code nullable} of one schema. Gemini's enums hold strings and numbers only: null
 * becomes an alternative, a boolean a type and a note.
 */
record SchemaValues(ObjectNode schema, Set<String> removed) {

    /** Changes the schema that was given; {@code source} is the caller's, for nothing but what it names. */
    void settle(ObjectNode source) {
        JsonNode nullable = schema.remove("nullable");
        if (schema.has("const")) {
            settleConstant(schema.remove("const"));
        } else if (schema.has("enum")) {
            settleEnum(source.get("enum"));
        }
        if (nullable != null && nullable.asBoolean(false)) {
            addNull();
        }
    }

    private void settleConstant(JsonNode value) {
        if (value.isString() || value.isNumber()) {
            schema.putArray("enum").add(value);
        } else if (value.isBoolean() || value.isNull()) {
            schema.remove("enum");
            schema.put("type", value.isNull() ? "null" : "boolean");
            if (value.isBoolean()) {
                describe("Always " + value.booleanValue() + ".");
            }
        } else {
            removed.add("const");
        }
    }

    private void settleEnum(JsonNode values) {
        List<JsonNode> scalars =
                values.valueStream().filter(v -> v.isString() || v.isNumber()).toList();
        boolean nulls = values.valueStream().anyMatch(JsonNode::isNull);
        long booleans =
                values.valueStream().filter(JsonNode::isBoolean).distinct().count();
        if (!values.isArray() || values.isEmpty() || values.valueStream().anyMatch(JsonNode::isContainer)) {
            schema.remove("enum");
            removed.add("enum");
        } else if (booleans == 0 && !nulls) {
            schema.set("enum", array(scalars));
        } else {
            settleMixed(scalars, nulls, booleans, values);
        }
    }

    /** Each kind of value becomes an alternative of its own, unless there is only one kind. */
    private void settleMixed(List<JsonNode> scalars, boolean nulls, long booleans, JsonNode values) {
        schema.remove("enum");
        List<ObjectNode> kinds = new ArrayList<>();
        kindsOf(scalars).forEach(kinds::add);
        if (booleans > 0) {
            kinds.add(type("boolean"));
        }
        if (booleans == 1) {
            boolean only = values.valueStream()
                    .filter(JsonNode::isBoolean)
                    .findFirst()
                    .orElseThrow()
                    .booleanValue();
            describe("If a boolean, always " + only + ".");
        }
        if (nulls) {
            kinds.add(type("null"));
        }
        if (kinds.size() == 1) {
            schema.setAll(kinds.getFirst());
        } else if (schema.has("anyOf")) {
            removed.add("enum");
        } else {
            schema.remove("type");
            schema.set("anyOf", array(kinds));
        }
    }

    private static Stream<ObjectNode> kindsOf(List<JsonNode> scalars) {
        List<JsonNode> strings = scalars.stream().filter(JsonNode::isString).toList();
        List<JsonNode> numbers = scalars.stream().filter(JsonNode::isNumber).toList();
        String numeric = numbers.stream().allMatch(JsonNode::isIntegralNumber) ? "integer" : "number";
        return Stream.of(kind("string", strings), kind(numeric, numbers)).flatMap(List::stream);
    }

    private static List<ObjectNode> kind(String name, List<JsonNode> values) {
        if (values.isEmpty()) {
            return List.of();
        }
        ObjectNode kind = type(name);
        kind.set("enum", array(values));
        return List.of(kind);
    }

    /** OpenAPI's {@code nullable: true} in JSON Schema's words. */
    private void addNull() {
        JsonNode type = schema.get("type");
        if (schema.has("enum") && !schema.has("anyOf")) {
            ObjectNode values = Json.MAPPER.createObjectNode();
            if (type != null) {
                values.set("type", schema.remove("type"));
            }
            values.set("enum", schema.remove("enum"));
            schema.set("anyOf", array(List.of(values, type("null"))));
        } else if (type != null && type.isString()) {
            schema.putArray("type").add(type).add("null");
        } else if (schema.get("anyOf") instanceof ArrayNode alternatives) {
            alternatives.add(type("null"));
        }
    }

    private void describe(String note) {
        String before = schema.path("description").asString("");
        schema.put("description", before.isEmpty() ? note : before + " " + note);
    }

    private static ObjectNode type(String name) {
        return Json.MAPPER.createObjectNode().put("type", name);
    }

    private static ArrayNode array(List<? extends JsonNode> nodes) {
        return Json.MAPPER.createArrayNode().addAll(nodes);
    }
}
