package dev.tollgate.protocols.googleapi;

import static dev.tollgate.protocols.googleapi.NativeRequestReader.require;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * What Gemini refuses in schemas, of its own kind and in JSON Schema (protocol 1.5): said here it is a 400 that names the place. Each method
 * throws a 400 or returns.
 */
final class SchemaRules {

    /** A little above what a body may be nested (D29). */
    private static final int STEPS_MAX = 100;

    /** Other types take any format. */
    private static final Map<String, Set<String>> FORMATS = Map.of(
            "STRING", Set.of("enum", "date-time"),
            "NUMBER", Set.of("float", "double"),
            "INTEGER", Set.of("int32", "int64"));

    private SchemaRules() {}

    /** Google's own kind. @param path in snake case */
    static void check(JsonNode schema, String path) {
        String type = schema.path("type").asString("");
        JsonNode properties = schema.path("properties");
        require(
                !type.equals("OBJECT") || !properties.isEmpty(),
                path + ".properties",
                path + ".properties: should be non-empty for OBJECT type");
        require(!type.equals("ARRAY") || schema.has("items"), path + ".items", path + ".items: missing field.");
        require(
                schema.path("enum").isEmpty() || type.equals("STRING"),
                path + ".enum",
                path + ".enum: only allowed for STRING type");
        String format = schema.path("format").asString("");
        Set<String> formats = FORMATS.getOrDefault(type, Set.of());
        require(
                format.isEmpty() || formats.isEmpty() || formats.contains(format),
                path + ".format",
                path + ".format: only "
                        + String.join(" and ", formats.stream().sorted().toList()) + " are supported for " + type
                        + " type");
        for (int i = 0; i < schema.path("required").size(); i++) {
            String at = path + ".required[" + i + "]";
            require(properties.has(schema.path("required").path(i).asString("")), at, at + ": property is not defined");
        }
        int i = 0;
        for (JsonNode property : properties) {
            check(property, path + ".properties[" + i++ + "].value");
        }
        if (schema.has("items")) {
            check(schema.path("items"), path + ".items");
        }
        for (int b = 0; b < schema.path("anyOf").size(); b++) {
            check(schema.path("anyOf").path(b), path + ".any_of[" + b + "]");
        }
    }

    /** JSON Schema: references lead somewhere and stand alone, and what is required ends. @param path in snake case */
    static void checkJson(JsonNode schema, String path) {
        checkReferences(schema, schema, path);
        require(
                new Ends(schema).of(schema),
                path,
                path + ": cyclic references are only allowed within non-required properties.");
    }

    private static void checkReferences(JsonNode root, JsonNode schema, String path) {
        if (schema.path("$ref").isString()) {
            require(!target(root, schema).isMissingNode(), path, path + ": a $ref leads nowhere.");
            require(
                    schema.propertyStream().allMatch(member -> member.getKey().startsWith("$")),
                    path,
                    path + ": a sub-schema with $ref may have no other fields but those starting with $.");
        }
        for (JsonNode child : schema) {
            checkReferences(root, child, path);
        }
    }

    private static JsonNode target(JsonNode root, JsonNode schema) {
        String reference = schema.path("$ref").asString("");
        boolean isLocal = reference.equals("#") || reference.startsWith("#/");
        return root.at(JsonPointer.compile(isLocal ? reference.substring(1) : "/$anchor"));
    }

    /** Whether a value can be finite: no way through references and required properties comes back to itself. */
    private static final class Ends {

        private final JsonNode root;
        private final Set<String> open = new HashSet<>();
        private final Set<String> ended = new HashSet<>();

        private Ends(JsonNode root) {
            this.root = root;
        }

        /** Follows each reference once. */
        private boolean of(JsonNode schema) {
            String reference = schema.path("$ref").asString("");
            if (reference.isEmpty()) {
                return schema.path("required")
                        .valueStream()
                        .map(name -> schema.path("properties").path(name.asString("")))
                        .allMatch(this::of);
            }
            if (ended.contains(reference)) {
                return true;
            }
            boolean ends = open.size() < STEPS_MAX && open.add(reference) && of(target(root, schema));
            open.remove(reference);
            if (ends) {
                ended.add(reference);
            }
            return ends;
        }
    }
}
