package dev.tollgate.pages.docs;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The schemas of the API's description as HTML; collects the names of those that a page uses. Immutable. */
record Schemas(JsonNode api) {

    void all(StringBuilder html, Set<String> used) {
        StringBuilder all = new StringBuilder();
        Set<String> done = new LinkedHashSet<>();
        while (!done.containsAll(used)) {
            for (String name : List.copyOf(used)) {
                if (done.add(name)) {
                    all.append("<h3 id=\"schema-%s\">%s</h3>".formatted(name, text(name)));
                    described(all, name, api.at("/components/schemas/" + name), used);
                }
            }
        }
        if (!done.isEmpty()) {
            html.append("<h2 id=\"schemas\">Schemas</h2>").append(all);
        }
    }

    /** Adds a schema's description, and a table of its members if it has any. */
    void described(StringBuilder html, String label, JsonNode schema, Set<String> used) {
        if (schema.has("$ref")) {
            html.append("<p>").append(type(schema, used)).append("</p>");
            return;
        }
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>();
        Set<String> required = new LinkedHashSet<>();
        members("", schema, members, required);
        String about = schema.path("description").asString("");
        html.append(about.isEmpty() ? "" : "<p>" + text(about) + "</p>");
        if (members.isEmpty()) {
            html.append("<p>").append(type(schema, used)).append("</p>");
        } else {
            table(html, "Fields of " + label, members, (member, row) -> row.append("<td>")
                    .append(code(member.getKey()))
                    .append(required.contains(member.getKey()) ? "<br><span class=\"small muted\">required</span>" : "")
                    .append("</td><td>")
                    .append(type(member.getValue(), used))
                    .append(
                            member.getValue().has("description")
                                            && !member.getValue().has("$ref")
                                    ? "<br>"
                                            + text(member.getValue()
                                                    .path("description")
                                                    .asString())
                                    : "")
                    .append("</td>"));
        }
        JsonNode example = schema.path("example");
        if (!example.isMissingNode()) {
            html.append("<p>Example: <code>").append(text(json(example))).append("</code></p>");
        }
    }

    /** Members of members have dotted names. */
    private void members(
            String prefix, JsonNode schema, List<Map.Entry<String, JsonNode>> members, Set<String> required) {
        schema.path("required").forEach(name -> required.add(prefix + name.asString()));
        schema.path("allOf").forEach(part -> members(prefix, resolved(part), members, required));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = prefix + property.getKey();
            JsonNode value = property.getValue();
            members.add(Map.entry(name, value));
            members(name + ".", value, members, required);
            members(name + "[].", value.path("items"), members, required);
        }
    }

    String type(JsonNode schema, Set<String> used) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asString().replaceAll(".*/", "");
            used.add(name);
            return "<a href=\"#schema-" + name + "\">" + text(name) + "</a>";
        }
        if (schema.has("const")) {
            return code(schema.get("const").asString());
        }
        if (schema.has("enum")) {
            return schema.get("enum")
                    .valueStream()
                    .map(each -> code(each.isNull() ? "null" : each.asString()))
                    .collect(Collectors.joining(", "));
        }
        if (schema.has("oneOf")) {
            return schema.get("oneOf")
                    .valueStream()
                    .map(each -> type(each, used))
                    .collect(Collectors.joining(" or "));
        }
        JsonNode type = schema.path("type");
        String words = type.isArray()
                ? type.valueStream().map(JsonNode::asString).collect(Collectors.joining(" or "))
                : type.asString("any value");
        String of = schema.has("items") ? " of " + type(schema.get("items"), used) : "";
        String most = schema.has("maximum") ? ", up to " + schema.get("maximum").asString() : "";
        String usual = schema.has("default")
                ? ", default " + code(schema.get("default").asString())
                : "";
        if (schema.has("contentSchema")) {
            type(schema.get("contentSchema"), used);
        }
        return text(words) + of + most + usual;
    }

    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.at(node.get("$ref").asString().substring(1)) : node;
    }

    // ---- HTML ----

    static <T> void table(StringBuilder html, String label, Iterable<T> rows, BiConsumer<T, StringBuilder> row) {
        html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(text(label))
                .append("\"><table class=\"fields\"><tbody>");
        for (T each : rows) {
            html.append("<tr>");
            row.accept(each, html);
            html.append("</tr>");
        }
        html.append("</tbody></table></div>");
    }

    /** Returns JSON on one line, as people write it. */
    static String json(JsonNode node) {
        if (node.isObject()) {
            return node.properties().stream()
                    .map(member -> "\"" + member.getKey() + "\": " + json(member.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (node.isArray()) {
            return node.valueStream().map(Schemas::json).collect(Collectors.joining(", ", "[", "]"));
        }
        return node.toString();
    }

    static String code(String name) {
        return "<code>" + text(name).replaceAll("(?<=[._/:])(?=.)", "<wbr>") + "</code>";
    }

    static String text(String words) {
        return ManualPages.escaped(words);
    }
}
