package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The rules by which Google refuses schemas, of its own kind and in JSON Schema (protocol 1.5). */
final class GoogleSchemaRules {

    private static final int DEPTH_MAX = 64;
    private static final Map<String, Set<String>> FORMATS = Map.of(
            "STRING", Set.of("enum", "date-time"),
            "NUMBER", Set.of("float", "double"),
            "INTEGER", Set.of("int32", "int64"));

    private GoogleSchemaRules() {}

    /** Google's own kind. @param path e.g. {@code * GenerateContentRequest.generation_config.response_schema} */
    static void check(JsonNode schema, String path, boolean vertex) {
        String type = JsonTrees.text(schema, "type");
        require(
                !type.equals("OBJECT") || !schema.path("properties").isEmpty(),
                path + ".properties: should be non-empty for OBJECT type");
        require(!type.equals("ARRAY") || schema.has("items") || vertex, path + ".items: missing field.");
        require(
                schema.path("enum").isEmpty() || type.equals("STRING") || vertex,
                path + ".enum: only allowed for STRING type");
        checkFormat(schema, type, path, vertex);
        checkRequired(schema, path);
        schema.path("properties")
                .properties()
                .forEach(property ->
                        check(property.getValue(), path + ".properties[" + property.getKey() + "]", vertex));
        if (schema.has("items")) {
            check(schema.get("items"), path + ".items", vertex);
        }
        int i = 0;
        for (JsonNode branch : schema.path("anyOf")) {
            check(branch, path + ".any_of[" + i++ + "]", vertex);
        }
    }

    private static void checkFormat(JsonNode schema, String type, String path, boolean vertex) {
        Set<String> allowed = FORMATS.getOrDefault(type, Set.of());
        String format = JsonTrees.text(schema, "format");
        require(
                format.isEmpty() || allowed.isEmpty() || allowed.contains(format) || vertex,
                path + ".format: only "
                        + String.join(
                                " and ",
                                allowed.stream()
                                        .sorted()
                                        .map(name -> "'" + name + "'")
                                        .toList())
                        + " are supported for " + type + " type");
    }

    private static void checkRequired(JsonNode schema, String path) {
        int i = 0;
        for (JsonNode name : schema.path("required")) {
            require(
                    schema.path("properties").has(name.asString()),
                    path + ".required[" + i++ + "]: property is not defined");
        }
    }

    /** JSON Schema: references lead somewhere and stand alone, and what is required ends. */
    static void checkJson(JsonNode schema, String path) {
        checkReferences(schema, schema, path, 0);
        require(
                ends(schema, schema, new HashSet<>(), 0),
                path + ": cyclic references are only allowed within non-required properties.");
    }

    private static void checkReferences(JsonNode root, JsonNode schema, String path, int depth) {
        require(depth <= DEPTH_MAX, path + ": the schema is nested too deeply.");
        if (schema.isObject() && schema.path("$ref").isString()) {
            String reference = schema.get("$ref").stringValue();
            require(!target(root, schema).isMissingNode(), path + ": the reference " + reference + " leads nowhere.");
            require(
                    schema.propertyStream().allMatch(member -> member.getKey().startsWith("$")),
                    path + ": a sub-schema with $ref may have no other fields but those starting with $.");
        }
        for (JsonNode child : schema) {
            if (child.isContainer()) {
                checkReferences(root, child, path, depth + 1);
            }
        }
    }

    private static JsonNode target(JsonNode root, JsonNode schema) {
        String reference = JsonTrees.text(schema, "$ref");
        boolean local = reference.equals("#") || reference.startsWith("#/");
        return local ? root.at(reference.substring(1)) : root.path("$anchor of " + reference);
    }

    /** Returns whether a value can be finite: no way through references and required properties comes back to itself. */
    private static boolean ends(JsonNode root, JsonNode schema, Set<String> open, int depth) {
        String reference = JsonTrees.text(schema, "$ref");
        if (!reference.isEmpty()) {
            if (depth > DEPTH_MAX || !open.add(reference)) {
                return false;
            }
            boolean ends = ends(root, target(root, schema), open, depth + 1);
            open.remove(reference);
            return ends;
        }
        return schema.path("required")
                .valueStream()
                .map(name -> schema.path("properties").path(name.asString("")))
                .allMatch(property -> ends(root, property, open, depth + 1));
    }
}
