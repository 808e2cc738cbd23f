package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gemini unrolls a cyclic {@code $ref} to a limited depth and takes it in properties only that are not required; that a
 * property may be null is not enough (protocol 1.5). So what leads back to its own definition is made optional, and reported.
 */
final class SchemaCycles {

    private static final String ROOT = "#";

    private final Map<String, Set<String>> references = new HashMap<>();
    private final Map<String, Set<String>> users = new HashMap<>();
    private final Map<String, Set<String>> leadingTo = new HashMap<>();
    private final Set<String> removed;

    private SchemaCycles(Set<String> removed) {
        this.removed = removed;
    }

    /** Changes the schema that is given. */
    static void relax(ObjectNode root, Set<String> removed) {
        SchemaCycles cycles = new SchemaCycles(removed);
        cycles.collect(root, ROOT);
        if (cycles.references.values().stream().anyMatch(refs -> !refs.isEmpty())) {
            cycles.references.forEach((user, used) -> used.forEach(name ->
                    cycles.users.computeIfAbsent(name, _ -> new HashSet<>()).add(user)));
            cycles.relax(root, ROOT);
        }
    }

    private void collect(JsonNode node, String owner) {
        Set<String> refs = references.computeIfAbsent(owner, _ -> new HashSet<>());
        if (node.path("$ref").isString()) {
            refs.add(owner(node.path("$ref").asString("")));
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (entry.getKey().equals("$defs") && owner.equals(ROOT)) {
                entry.getValue().properties().forEach(def -> collect(def.getValue(), "#/$defs/" + def.getKey()));
            } else {
                collect(entry.getValue(), owner);
            }
        }
        if (node.isArray()) {
            node.forEach(element -> collect(element, owner));
        }
    }

    /** The definition that a pointer leads into, else the root. */
    private static String owner(String pointer) {
        if (!pointer.startsWith("#/$defs/")) {
            return ROOT;
        }
        int end = pointer.indexOf('/', "#/$defs/".length());
        return end < 0 ? pointer : pointer.substring(0, end);
    }

    private void relax(JsonNode node, String owner) {
        if (node instanceof ObjectNode schema) {
            relaxRequired(schema, owner);
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (entry.getKey().equals("$defs") && owner.equals(ROOT)) {
                entry.getValue().properties().forEach(def -> relax(def.getValue(), "#/$defs/" + def.getKey()));
            } else {
                relax(entry.getValue(), owner);
            }
        }
        if (node.isArray()) {
            node.forEach(element -> relax(element, owner));
        }
    }

    private void relaxRequired(ObjectNode schema, String owner) {
        if (!(schema.get("required") instanceof ArrayNode required)
                || !(schema.get("properties") instanceof ObjectNode properties)) {
            return;
        }
        ArrayNode kept = Json.MAPPER.createArrayNode();
        for (JsonNode name : required) {
            if (!leadsBack(properties.path(name.asString("")), owner)) {
                kept.add(name);
            }
        }
        if (kept.size() == required.size()) {
            return;
        }
        removed.add("required");
        schema.set("required", kept);
        if (kept.isEmpty()) {
            schema.remove("required");
        }
    }

    private boolean leadsBack(JsonNode property, String owner) {
        SchemaCycles within = new SchemaCycles(removed);
        within.collect(property, "");
        Set<String> back = leadingTo.computeIfAbsent(owner, this::leadingTo);
        return within.references.getOrDefault("", Set.of()).stream().anyMatch(back::contains);
    }

    /** All definitions from which references lead to this one, itself included. */
    private Set<String> leadingTo(String owner) {
        Set<String> found = new HashSet<>(Set.of(owner));
        Deque<String> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (String user : users.getOrDefault(open.pop(), Set.of())) {
                if (found.add(user)) {
                    open.add(user);
                }
            }
        }
        return found;
    }
}
