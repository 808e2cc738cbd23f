package dev.tollgate.pages.docs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The fields of the operations of one page, as Markdown. A schema stands where it is used; a schema used several times is an object with a place of its
 * own. Used by one thread.
 */
final class Fields {

    private static final String TABLE = "| | |\n|---|---|\n";
    private static final Pattern NAME = Pattern.compile("(?<![\\w`/.])(?:x-[a-z-]+|[a-z]+(?:_[a-z0-9]+)+)(?![\\w`*])");
    private static final int EXAMPLE_CHARS_MAX = 60;

    private final JsonNode api;
    private final String title;
    private final String path;
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<String, Reference.Operation> bodies = new LinkedHashMap<>();
    private final Set<String> objects = new LinkedHashSet<>();
    private final List<Finder.Place> places = new ArrayList<>();
    private final ExampleAnswer examples;

    /** @param title of the page; @param path of the page */
    Fields(JsonNode api, String title, String path, List<Reference.Operation> operations) {
        this.api = api;
        this.examples = new ExampleAnswer(api);
        this.title = title;
        this.path = path;
        operations.forEach(operation -> {
            count(resolved(operation.body()));
            operation.itself().path("responses").properties().forEach(answer -> {
                if (answer.getKey().startsWith("2")) {
                    resolved(answer.getValue()).path("content").forEach(content -> count(content.path("schema")));
                }
            });
        });
    }

    private void count(JsonNode schema) {
        if (schema.has("$ref")) {
            if (uses.merge(name(schema), 1, Integer::sum) == 1) {
                count(resolved(schema));
            }
            return;
        }
        schema.forEach(this::count);
    }

    /** Returns the fields that were written, for those who look for words. */
    List<Finder.Place> places() {
        return places;
    }

    // ---- what is sent

    void parameters(StringBuilder page, Reference.Operation operation) {
        List<JsonNode> parameters = new ArrayList<>();
        operation.shared().forEach(each -> parameters.add(resolved(each)));
        operation.itself().path("parameters").forEach(each -> parameters.add(resolved(each)));
        if (!parameters.isEmpty()) {
            page.append("\n**Parameters**\n\n").append(TABLE);
        }
        for (JsonNode parameter : parameters) {
            String place = parameter.path("in").asString()
                    + (parameter.path("required").asBoolean(false) ? ", required" : "");
            row(
                    page,
                    operation.id(),
                    parameter.path("name").asString(),
                    place,
                    parameter.path("schema"),
                    parameter.path("description").asString(""),
                    parameter.path("schema"));
        }
    }

    void body(StringBuilder page, Reference.Operation operation) {
        JsonNode schema = operation.body();
        Reference.Operation first = schema.has("$ref") ? bodies.putIfAbsent(name(schema), operation) : null;
        if (first != null) {
            page.append("As of [%s](#%s).\n".formatted(first.title(), first.id()));
            return;
        }
        described(
                page,
                operation.id(),
                resolved(schema),
                operation.itself().at("/requestBody/content/application~1json/example"));
    }

    void answer(StringBuilder page, Reference.Operation operation, String status, JsonNode answer) {
        JsonNode said = resolved(answer);
        page.append('`')
                .append(status)
                .append("`: ")
                .append(sentence(said.path("description").asString()))
                .append("\n");
        JsonNode json = said.at("/content/application~1json");
        JsonNode stream = said.at("/content/text~1event-stream/example");
        if (json.has("example")) {
            page.append("\n```json ")
                    .append(operation.role())
                    .append("\n")
                    .append(Sample.lines(json.get("example"), "", false))
                    .append("\n```\n");
        }
        if (!stream.isMissingNode()) {
            page.append("\nAs a stream:\n\n```\n")
                    .append(stream.asString().strip())
                    .append("\n```\n");
        }
        JsonNode schema = json.path("schema");
        Reference.Operation first = schema.has("$ref") ? bodies.putIfAbsent(name(schema), operation) : null;
        boolean isShown = json.has("example") || resolved(schema).has("example");
        JsonNode made = isShown || first != null && first != operation ? null : examples.of(schema);
        if (made != null) {
            page.append("\n```json\n").append(Sample.lines(made, "", false)).append("\n```\n");
        }
        if (first != null && first != operation) {
            page.append("\nFields as of [%s](#%s).\n".formatted(first.title(), first.id()));
        } else if (schema.has("$ref") && objects.contains(name(schema))) {
            page.append("\nFields as of [%1$s](#%1$s).\n".formatted(name(schema)));
        } else if (!schema.isMissingNode()) {
            described(page, operation.id(), resolved(schema), json.path("example"));
        }
    }

    /** Adds the objects that fields of this page have named. */
    void objects(StringBuilder page) {
        Set<String> done = new LinkedHashSet<>();
        while (!done.containsAll(objects)) {
            for (String name : List.copyOf(objects)) {
                if (done.add(name)) {
                    page.append(done.size() == 1 ? "\n## Objects\n" : "")
                            .append("\n### %s {#%s}\n\n".formatted(name, name));
                    JsonNode schema = api.at("/components/schemas/" + name);
                    described(page, name, schema, schema.path("example"));
                }
            }
        }
    }

    // ---- fields

    /** Adds a schema's description and its fields. @param anchor of the place that has them; @param example of the whole */
    private void described(StringBuilder page, String anchor, JsonNode schema, JsonNode example) {
        String about = schema.path("description").asString("");
        if (!about.isEmpty()) {
            page.append("\n").append(sentence(about)).append("\n");
        }
        StringBuilder rows = new StringBuilder();
        members(rows, anchor, "", schema, example);
        if (!rows.isEmpty()) {
            page.append("\n").append(TABLE).append(rows);
        } else if (about.isEmpty() || schema.has("oneOf")) {
            page.append("\n").append(type(schema)).append("\n");
        }
        if (schema.has("example")) {
            page.append("\n```json\n")
                    .append(Sample.lines(schema.get("example"), "", false))
                    .append("\n```\n");
        }
    }

    /** Members of members have dotted names. */
    private void members(StringBuilder page, String anchor, String prefix, JsonNode schema, JsonNode example) {
        schema.path("allOf").forEach(part -> members(page, anchor, prefix, resolved(part), example));
        Set<String> required =
                schema.path("required").valueStream().map(JsonNode::asString).collect(Collectors.toSet());
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = prefix + property.getKey();
            JsonNode value = property.getValue();
            JsonNode here = isInline(value) ? resolved(value) : value;
            String about = value.path("description")
                    .asString(resolved(value).path("description").asString(""));
            row(
                    page,
                    anchor,
                    name,
                    required.contains(property.getKey()) ? "required" : "",
                    here,
                    about,
                    example.path(property.getKey()));
            members(page, anchor, name + ".", here, example.path(property.getKey()));
            JsonNode items = here.path("items");
            members(
                    page,
                    anchor,
                    name + "[].",
                    isInline(items) ? resolved(items) : items,
                    example.path(property.getKey()).path(0));
        }
    }

    private void row(
            StringBuilder page,
            String anchor,
            String name,
            String needed,
            JsonNode schema,
            String about,
            JsonNode example) {
        boolean isClear = example.isContainer()
                || example.isMissingNode()
                || example.isNull()
                || schema.has("const")
                || schema.has("enum");
        String shown = isClear ? "" : Sample.lines(example, "", false);
        StringBuilder said = new StringBuilder(type(schema));
        said.append(needed.isEmpty() ? "" : ", " + needed);
        said.append(
                schema.has("default") ? ", default `" + schema.get("default").asString() + "`" : "");
        said.append(about.isEmpty() ? "" : ". " + words(about));
        said.append(!shown.isEmpty() && shown.length() <= EXAMPLE_CHARS_MAX ? ". Example: `" + shown + "`" : "");
        page.append("| `%s` | %s |\n".formatted(name, said.toString().replaceAll("(?<!\\\\)\\|", "\\\\|")));
        places.add(new Finder.Place(name, title, Finder.Kind.FIELD, path + "#" + anchor, about, ""));
    }

    /** Returns whether a schema stands where it is used, since it is used once or says nothing of members. */
    private boolean isInline(JsonNode schema) {
        return schema.has("$ref") && (uses.getOrDefault(name(schema), 0) < 2 || !hasMembers(resolved(schema)));
    }

    private static boolean hasMembers(JsonNode schema) {
        return schema.has("properties") || schema.has("allOf") || schema.has("oneOf");
    }

    private String type(JsonNode schema) {
        if (schema.has("$ref")) {
            if (isInline(schema)) {
                return type(resolved(schema));
            }
            objects.add(name(schema));
            return "[%1$s](#%1$s)".formatted(name(schema));
        }
        if (schema.has("const")) {
            return "`" + schema.get("const").asString() + "`";
        }
        if (schema.has("enum")) {
            return schema.get("enum")
                    .valueStream()
                    .map(each -> "`" + (each.isNull() ? "null" : each.asString()) + "`")
                    .collect(Collectors.joining(", "));
        }
        if (schema.has("oneOf")) {
            return schema.get("oneOf").valueStream().map(this::type).collect(Collectors.joining(" or "));
        }
        JsonNode type = schema.path("type");
        List<String> types = type.isArray()
                ? type.valueStream().map(JsonNode::asString).toList()
                : List.of(type.asString(schema.has("allOf") || schema.has("properties") ? "object" : "any value"));
        return types.stream()
                .map(each -> each
                        + (each.equals("array") && schema.has("items") ? " of " + type(schema.get("items")) : "")
                        + range(each, schema))
                .collect(Collectors.joining(" or "));
    }

    private static String range(String type, JsonNode schema) {
        return switch (type) {
            case "array" -> range(schema.path("minItems"), schema.path("maxItems"), " entries");
            case "string" -> range(schema.path("minLength"), schema.path("maxLength"), " characters");
            case "integer", "number" ->
                (schema.has("exclusiveMinimum")
                                ? ", above " + schema.get("exclusiveMinimum").asString()
                                : "")
                        + range(schema.path("minimum"), schema.path("maximum"), "");
            default -> "";
        };
    }

    private static String range(JsonNode least, JsonNode most, String unit) {
        if (most.isMissingNode()) {
            boolean isAny = least.isMissingNode() || least.asString().equals("1") && !unit.isEmpty();
            return isAny ? "" : ", at least " + least.asString() + unit;
        }
        return least.isMissingNode()
                ? ", at most " + most.asString() + unit
                : least.equals(most) ? "" : ", " + least.asString() + " to " + most.asString() + unit;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.at(node.get("$ref").asString().substring(1)) : node;
    }

    private static String name(JsonNode reference) {
        return reference.get("$ref").asString().replaceAll(".*/", "");
    }

    private static String sentence(String text) {
        return words(text) + (text.endsWith(".") ? "" : ".");
    }

    /** Returns words of the description for Markdown, names in them as code. */
    static String words(String text) {
        String plain = text.replaceAll("([\\\\*<>\\[\\]|`])", "\\\\$1");
        return NAME.matcher(plain).replaceAll("`$0`");
    }
}
