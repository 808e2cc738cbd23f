package dev.tollgate.pages.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The description of the API as pages: one lists all operations, and each tag has one with its operations and the schemas they use. */
final class Reference {

    static final String ROOT = Manual.ROOT + "/reference";

    private static final String PART = "API reference";
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    private final JsonNode api;
    private final Schemas schemas;

    Reference(JsonNode api) {
        this.api = api;
        this.schemas = new Schemas(api);
    }

    /** @param path as callers write it */
    private record Operation(String method, String path, JsonNode shared, JsonNode itself) {

        String id() {
            return itself.path("operationId").asString();
        }

        String title() {
            return itself.path("summary").asString();
        }

        String call() {
            return method.toUpperCase(Locale.ROOT) + " " + path;
        }
    }

    List<Manual.Page> pages() {
        StringBuilder index = new StringBuilder("<h1>API reference</h1><p>")
                .append(Schemas.text(api.at("/info/description").asString()))
                .append("</p><p>For generators and tools: <a href=\"/openapi.json\">openapi.json</a> (OpenAPI"
                        + " 3.1).</p>");
        List<Manual.Page> pages = new ArrayList<>();
        List<Manual.Heading> headings = new ArrayList<>();
        for (JsonNode tag : api.path("tags")) {
            String name = tag.path("name").asString();
            String path = ROOT + "/" + name.toLowerCase(Locale.ROOT);
            List<Operation> operations = operations(name);
            headings.add(new Manual.Heading(name.toLowerCase(Locale.ROOT), name));
            index.append("<h2 id=\"%s\">%s</h2><p>%s</p>"
                    .formatted(
                            name.toLowerCase(Locale.ROOT),
                            Schemas.text(name),
                            Schemas.text(tag.path("description").asString())));
            Schemas.table(index, name, operations, (operation, row) -> row.append("<td>")
                    .append(Schemas.code(operation.call()))
                    .append("</td><td><a href=\"%s#%s\">%s</a></td>"
                            .formatted(path, operation.id(), Schemas.text(operation.title()))));
            pages.add(page(name, path, tag.path("description").asString(), operations));
        }
        pages.addFirst(new Manual.Page(PART, ROOT, "All operations", headings, index.toString()));
        return pages;
    }

    private List<Operation> operations(String tag) {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
            JsonNode servers = path.getValue().has("servers") ? path.getValue().get("servers") : api.path("servers");
            String server = servers.path(0).path("url").asString();
            String shown = server.replaceAll("/$", "") + path.getKey();
            for (String method : METHODS) {
                JsonNode itself = path.getValue().path(method);
                if (itself.at("/tags/0").asString("").equals(tag)) {
                    operations.add(new Operation(method, shown, path.getValue().path("parameters"), itself));
                }
            }
        }
        return operations;
    }

    private Manual.Page page(String title, String path, String about, List<Operation> operations) {
        StringBuilder html = new StringBuilder("<h1>%s</h1><p>%s. <a href=\"%s\">All operations</a></p>"
                .formatted(Schemas.text(title), Schemas.text(about), ROOT));
        List<Manual.Heading> headings = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>();
        int number = 0;
        for (Operation operation : operations) {
            headings.add(new Manual.Heading(operation.id(), operation.title() + suffix(operation, operations)));
            html.append("<h2 id=\"%s\">%s</h2><p>%s</p><p>%s</p>"
                    .formatted(
                            operation.id(),
                            Schemas.text(operation.title()),
                            Schemas.code(operation.call()),
                            Schemas.text(operation.itself().path("description").asString())));
            snippet(html, "curl-" + ++number, curl(operation));
            JsonNode example = operation.itself().at("/responses/200/content/application~1json/example");
            if (!example.isMissingNode()) {
                html.append("<p class=\"small muted\">The answer: <code>")
                        .append(Schemas.text(Schemas.json(example)))
                        .append("</code></p>");
            }
            fields(html, operation, used);
            answers(html, operation, used);
        }
        schemas.all(html, used);
        return new Manual.Page(PART, path, title, headings, html.toString());
    }

    /** Returns the path if several operations have the same title, so that the contents tell them apart. */
    private static String suffix(Operation operation, List<Operation> all) {
        long same = all.stream()
                .filter(each -> each.title().equals(operation.title()))
                .count();
        return same == 1
                ? ""
                : " (" + operation.path().replace(":" + operation.path().replaceAll(".*:", ""), "") + ")";
    }

    // ---- what is sent

    private void fields(StringBuilder html, Operation operation, Set<String> used) {
        List<JsonNode> parameters = new ArrayList<>();
        operation.shared().forEach(each -> parameters.add(schemas.resolved(each)));
        operation.itself().path("parameters").forEach(each -> parameters.add(schemas.resolved(each)));
        if (!parameters.isEmpty()) {
            Schemas.table(html, "Parameters of " + operation.id(), parameters, (parameter, row) -> row.append("<td>")
                    .append(Schemas.code(parameter.path("name").asString()))
                    .append("<br><span class=\"small muted\">")
                    .append(Schemas.text(parameter.path("in").asString()))
                    .append(parameter.path("required").asBoolean(false) ? ", required" : "")
                    .append("</span></td><td>")
                    .append(schemas.type(parameter.path("schema"), used))
                    .append("<br>")
                    .append(Schemas.text(parameter.path("description").asString("")))
                    .append("</td>"));
        }
        JsonNode body = operation.itself().at("/requestBody/content/application~1json/schema");
        if (!body.isMissingNode()) {
            html.append("<h3>Body</h3>");
            schemas.described(html, "Body of " + operation.id(), body, used);
        }
    }

    /** All errors have one form, so they are named in one row. */
    private void answers(StringBuilder html, Operation operation, Set<String> used) {
        html.append("<h3>Responses</h3>");
        Map<String, List<String>> answers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> answer :
                operation.itself().path("responses").properties()) {
            JsonNode said = schemas.resolved(answer.getValue());
            String types = said.path("content").properties().stream()
                    .map(content -> Schemas.code(content.getKey()) + ": "
                            + schemas.type(content.getValue().path("schema"), used))
                    .collect(Collectors.joining("<br>"));
            String words = Schemas.text(said.path("description").asString()) + (types.isEmpty() ? "" : "<br>" + types);
            answers.computeIfAbsent(words, _ -> new ArrayList<>())
                    .add(answer.getKey().equals("default") ? "other" : answer.getKey());
        }
        Schemas.table(html, "Responses of " + operation.id(), answers.entrySet(), (answer, row) -> row.append("<td>")
                .append(Schemas.code(String.join(", ", answer.getValue())))
                .append("</td><td>")
                .append(answer.getKey())
                .append("</td>"));
    }

    private String curl(Operation operation) {
        JsonNode security =
                operation.itself().has("security") ? operation.itself().path("security") : api.path("security");
        StringBuilder curl = new StringBuilder("curl ");
        if (!operation.method().equals("get") && !operation.method().equals("post")) {
            curl.append("-X ")
                    .append(operation.method().toUpperCase(Locale.ROOT))
                    .append(' ');
        }
        JsonNode body = operation.itself().at("/requestBody/content/application~1json/example");
        if (operation.method().equals("post") && body.isMissingNode()) {
            curl.append("-X POST ");
        }
        curl.append(ManualPages.ADDRESS).append(operation.path());
        if (security.path(0).has("googleKey")) {
            curl.append(" \\\n  -H \"x-goog-api-key: $TOLLGATE_KEY\"");
        } else if (security.path(0).has("adminKey")) {
            curl.append(" \\\n  -H \"Authorization: Bearer $TOLLGATE_ADMIN_KEY\"");
        } else if (!security.isEmpty()) {
            curl.append(" \\\n  -H \"Authorization: Bearer $TOLLGATE_KEY\"");
        }
        if (!body.isMissingNode()) {
            curl.append(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '")
                    .append(Schemas.json(body))
                    .append('\'');
        }
        return curl.toString();
    }

    private static void snippet(StringBuilder html, String id, String code) {
        html.append(
                "<div class=\"snippet\"><button type=\"button\" data-copy=\"%1$s\" hidden>Copy</button><pre tabindex=\"0\" id=\"%1$s\">%2$s</pre></div>"
                        .formatted(id, Schemas.text(code)));
    }
}
