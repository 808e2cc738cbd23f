package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.MessageText;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a caller's JSON Schema into what Gemini's {@code parametersJsonSchema} and {@code responseJsonSchema} take (protocol 1.5
 * and 4.3). Meaning is kept where Gemini has words for it; a constraint it has no word for is taken out and reported;
 * what contradicts itself is a 400. Order of keys and digits of numbers stay. The caller's tree is not changed.
 *
 * <p>One cleaner serves one schema; depth is bounded by the reader's limit of nesting (D29).
 */
final class SchemaCleaner {

    /** The keywords of Google's list without {@code default}, {@code $id} and {@code $anchor}, which some models reject. */
    private static final Set<String> KEPT = Set.of(
            "title",
            "description",
            "format",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "required",
            "propertyOrdering");

    private static final Set<String> TYPES =
            Set.of("string", "number", "integer", "boolean", "object", "array", "null");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Far above what Gemini serves; keeps hostile schemas from eating time. */
    private static final int NODES_MAX = 10_000;

    private static final int BRANCHES_MAX = 100;

    /** Branches and their values that are merged in all: a branch may refer to one with branches, and so on. */
    private static final int MERGED_MAX = 10 * NODES_MAX;

    /** References that are written out in place may nest deeper than the body, or without end. */
    private static final int DEPTH_MAX = 100;

    private static final int PATH_CHARS_MAX = 256;

    private final ObjectNode root;
    private final String param;
    private final Set<String> removed;
    private int depth;
    private int written;
    private int merged;

    /**
     * @param param dotted path of the schema, for refusals
     * @param removed takes the bare names of what was taken out
     */
    SchemaCleaner(ObjectNode root, String param, Set<String> removed) {
        this.root = root;
        this.param = param;
        this.removed = removed;
    }

    ObjectNode clean() {
        if (size(root) > NODES_MAX) {
            throw refuse(param, "is too large a schema; it may hold at most %d values.".formatted(NODES_MAX));
        }
        ObjectNode cleaned = object(inlined(root, 0), param);
        SchemaCycles.relax(cleaned, removed);
        return cleaned;
    }

    private static int size(JsonNode node) {
        int size = 1;
        for (JsonNode child : node.values()) {
            size += size(child);
        }
        return size;
    }

    private ObjectNode object(ObjectNode schema, String path) {
        if (++depth > DEPTH_MAX || ++written > NODES_MAX) {
            throw refuse(path, "grows without end when its 'allOf' and '$ref' are written out.");
        }
        ObjectNode out = rewritten(schema, path);
        depth--;
        return out;
    }

    private ObjectNode rewritten(ObjectNode schema, String path) {
        ObjectNode source = schema.has("allOf") ? merged(schema, path, 0) : schema;
        if (source.has("$ref")) {
            return reference(source, path);
        }
        ObjectNode out = NODES.objectNode();
        for (Map.Entry<String, JsonNode> keyword : source.properties()) {
            keyword(out, keyword.getKey(), keyword.getValue(), source, path);
        }
        new SchemaValues(out, removed).settle(source);
        return out;
    }

    private void keyword(ObjectNode out, String name, JsonNode value, ObjectNode source, String path) {
        String at = below(path, name);
        switch (name) {
            case "type" -> out.set("type", type(value, at));
            case "enum", "const", "nullable" -> out.set(name, value);
            case "properties" -> out.set(name, named(value, at));
            case "$defs", "definitions" -> definitions(out, value, at);
            case "items" -> items(out, value, at);
            case "prefixItems", "anyOf", "oneOf" -> out.set(name, list(value, at));
            case "additionalProperties" -> out.set(name, value.isBoolean() ? value : any(value, at));
            case "exclusiveMinimum" -> exclusive(out, "minimum", name, value, source, 1);
            case "exclusiveMaximum" -> exclusive(out, "maximum", name, value, source, -1);
            default -> {
                if (KEPT.contains(name)) {
                    out.set(name, value);
                } else {
                    removed.add(name);
                }
            }
        }
    }

    private JsonNode type(JsonNode value, String at) {
        if (value.isArray()) {
            ArrayNode names = NODES.arrayNode();
            value.forEach(name -> names.add(type(name, at)));
            return names;
        }
        String name = value.asString("").toLowerCase(Locale.ROOT);
        if (!TYPES.contains(name)) {
            throw refuse(at, "must be a type's name or an array of names: " + new TreeSet<>(TYPES) + ".");
        }
        return NODES.stringNode(name);
    }

    private ObjectNode named(JsonNode value, String at) {
        if (!(value instanceof ObjectNode schemas)) {
            throw refuse(at, "must be an object of schemas.");
        }
        ObjectNode out = NODES.objectNode();
        schemas.properties().forEach(e -> out.set(e.getKey(), any(e.getValue(), below(at, e.getKey()))));
        return out;
    }

    private void definitions(ObjectNode out, JsonNode value, String at) {
        ObjectNode cleaned = named(value, at);
        if (out.get("$defs") instanceof ObjectNode before) {
            before.setAll(cleaned);
        } else {
            out.set("$defs", cleaned);
        }
    }

    /** Rewrites {@code items}. Before 2020 a tuple was an array under {@code items}; {@code items: false} closes a tuple. */
    private void items(ObjectNode out, JsonNode value, String at) {
        if (value.isArray()) {
            out.set("prefixItems", list(value, at));
        } else if (value.isBoolean()) {
            if (!value.booleanValue()) {
                removed.add("items");
            }
        } else {
            out.set("items", any(value, at));
        }
    }

    private ArrayNode list(JsonNode value, String at) {
        if (!(value instanceof ArrayNode schemas) || schemas.isEmpty()) {
            throw refuse(at, "must be an array of schemas, not empty.");
        }
        ArrayNode out = NODES.arrayNode();
        for (int i = 0; i < schemas.size(); i++) {
            out.add(any(schemas.get(i), below(at, String.valueOf(i))));
        }
        return out;
    }

    private ObjectNode any(JsonNode value, String at) {
        if (value instanceof ObjectNode schema) {
            return object(schema, at);
        }
        if (value.isBoolean() && value.booleanValue()) {
            return NODES.objectNode();
        }
        throw refuse(at, "must be a schema object" + (value.isBoolean() ? "; 'false' allows no value at all." : "."));
    }

    /** Writes an exclusive bound. On integers it has an exact inclusive twin. */
    private void exclusive(ObjectNode out, String twin, String name, JsonNode value, ObjectNode source, int step) {
        boolean integers = source.path("type").asString("").equals("integer");
        if (integers && value.isIntegralNumber() && !source.has(twin)) {
            out.put(twin, value.bigIntegerValue().add(BigInteger.valueOf(step)));
        } else {
            removed.add(name);
        }
    }

    /** A sub-schema with {@code $ref} may hold only {@code $} words at Google, so that siblings stand around it. */
    private ObjectNode reference(ObjectNode schema, String path) {
        String pointer = pointer(schema.get("$ref"), path + ".$ref");
        ObjectNode bare = NODES.objectNode().put("$ref", pointer);
        ObjectNode siblings = copy(schema);
        siblings.remove("$ref");
        ObjectNode out = object(siblings, path);
        if (out.isEmpty()) {
            return bare;
        }
        if (out.has("anyOf") || out.has("oneOf")) {
            throw refuse(path, "'$ref' cannot be combined with anyOf or oneOf; put it inside.");
        }
        out.putArray("anyOf").add(bare);
        return out;
    }

    /** {@code #} or a pointer that exists in this schema, with {@code definitions} renamed. */
    private String pointer(JsonNode ref, String at) {
        String text = ref.asString("");
        if (!text.equals("#") && !text.startsWith("#/")) {
            throw refuse(at, "must point into the same schema, such as '#/$defs/Name'.");
        }
        target(text, at);
        return text.startsWith("#/definitions/") ? "#/$defs/" + text.substring("#/definitions/".length()) : text;
    }

    private ObjectNode target(String pointer, String at) {
        JsonNode found = root.at(pointer.substring(1));
        if (found instanceof ObjectNode schema) {
            return schema;
        }
        String shown = pointer.replaceAll("\\p{Cntrl}", "?");
        throw refuse(at, "points to '%s', which is not there.".formatted(shown));
    }

    /** The schema with what it refers to in its own place; its own words win. */
    private ObjectNode inlined(ObjectNode schema, int hops) {
        JsonNode ref = schema.get("$ref");
        if (ref == null) {
            return schema;
        }
        if (hops > 32) {
            throw refuse(param, "has a '$ref' that leads back to itself.");
        }
        ObjectNode out = copy(inlined(target(pointerAsWritten(ref), param + ".$ref"), hops + 1));
        schema.properties().forEach(e -> out.set(e.getKey(), e.getValue()));
        out.remove("$ref");
        return out;
    }

    private String pointerAsWritten(JsonNode ref) {
        pointer(ref, param + ".$ref");
        return ref.asString("");
    }

    /** {@code allOf} has no word at Google: its branches become one schema. */
    private ObjectNode merged(ObjectNode schema, String path, int hops) {
        if (!(schema.get("allOf") instanceof ArrayNode branches) || branches.size() > BRANCHES_MAX || hops > 32) {
            throw refuse(path + ".allOf", "must be an array of at most %d schemas.".formatted(BRANCHES_MAX));
        }
        ObjectNode out = copy(schema);
        out.remove("allOf");
        boolean below = !path.equals(param);
        if (below && branches.size() == 1 && branches.get(0) instanceof ObjectNode only && only.has("$ref")) {
            out.setAll(only);
            return out;
        }
        for (JsonNode branch : branches) {
            if (!(branch instanceof ObjectNode part)) {
                throw refuse(path + ".allOf", "must hold schema objects.");
            }
            ObjectNode whole = inlined(part, 0);
            merged++;
            whole.forEach(value -> merged += value.size());
            if (merged > MERGED_MAX) {
                throw refuse(path + ".allOf", "grows without end when its branches are written out.");
            }
            new SchemaMerge(param, path).into(out, whole.has("allOf") ? merged(whole, path, hops + 1) : whole);
        }
        return out;
    }

    /** Returns a shallow copy: nested values are never changed. */
    private static ObjectNode copy(ObjectNode schema) {
        return NODES.objectNode().setAll(schema);
    }

    /** Returns the path of a part as a refusal shows it: names may be long and parts many. */
    private String below(String path, String name) {
        boolean isShown = path.length() < param.length() + PATH_CHARS_MAX;
        return isShown ? path + "." + MessageText.plain(name) : path;
    }

    private ApiException refuse(String at, String why) {
        return refusal(param, at, why);
    }

    static ApiException refusal(@Nullable String param, String at, String why) {
        return ApiError.invalid(param, "'%s' %s".formatted(at, why)).asException();
    }
}
