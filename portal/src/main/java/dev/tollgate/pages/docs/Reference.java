package dev.tollgate.pages.docs;

import dev.tollgate.base.words.Sentence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * The description of the API as Markdown: one page of each book lists its operations, and each tag has a page with its operations and their fields. What is described
 * only because it is refused ({@code x-refused}) is left out.
 */
record Reference(JsonNode api) {

    static final Sentence GROUP = Sentence.sentence("API reference");
    static final String NAME = "reference";

    private static final String NAME_FOR_OPERATORS = "reference/admin";

    /** The name of the management key in the description. */
    private static final String MANAGEMENT = "managementKey";

    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    /** @param name without its ending; @param fields for those who look for words */
    record Written(Book book, String name, String markdown, List<Finder.Place> fields) {}

    /** @param paths as callers write them; all do the same */
    record Operation(String method, List<String> paths, JsonNode shared, JsonNode itself) {

        String id() {
            return itself.path("operationId").asString();
        }

        String title() {
            return itself.path("summary").asString();
        }

        JsonNode body() {
            return itself.at("/requestBody/content/application~1json/schema");
        }

        /** Returns the role of its samples. */
        String role() {
            return paths.getFirst().toLowerCase(Locale.ROOT).contains("embed") ? "embedding" : "text";
        }

        private String call(String path) {
            return "`" + method.toUpperCase(Locale.ROOT) + " " + path + "`";
        }
    }

    List<Written> pages() {
        Map<Book, StringBuilder> indexes = new LinkedHashMap<>();
        indexes.put(
                Book.DEVELOPERS,
                new StringBuilder("# All operations\n\n")
                        .append(Fields.words(api.at("/info/description").asString()))
                        .append(
                                "\n\nFor generators and tools: [openapi.json](/openapi.json) (OpenAPI 3.1). For operators: [operations of a"
                                        + " server](/docs/")
                        .append(NAME_FOR_OPERATORS)
                        .append(").\n"));
        indexes.put(
                Book.OPERATORS,
                new StringBuilder(
                        "# Operations of a server\n\n"
                                + "Those below `/admin` need the operator's key. All are in [openapi.json](/openapi.json) (OpenAPI 3.1).\n"));
        List<Written> pages = new ArrayList<>();
        for (JsonNode tag : api.path("tags")) {
            String name = tag.path("name").asString();
            String slug = NAME + "/" + name.toLowerCase(Locale.ROOT).replace(' ', '-');
            String about = Fields.words(tag.path("description").asString());
            List<Operation> operations = operations(name);
            Book book = tag.path("x-for").asString("").equals("operators") ? Book.OPERATORS : Book.DEVELOPERS;
            StringBuilder index = Objects.requireNonNull(indexes.get(book));
            index.append("\n## ").append(name).append("\n\n").append(about).append("\n\n| | |\n|---|---|\n");
            operations.forEach(operation -> index.append("| %s | [%s](/docs/%s#%s) |\n"
                    .formatted(
                            operation.call(operation.paths().getFirst()),
                            Fields.words(operation.title()),
                            slug,
                            operation.id())));
            Fields fields = new Fields(api, name, Manual.ROOT + "/" + slug, operations);
            pages.add(new Written(book, slug, page(name, about, name(book), operations, fields), fields.places()));
        }
        indexes.forEach((book, index) -> pages.addFirst(new Written(book, name(book), index.toString(), List.of())));
        return pages;
    }

    private static String name(Book book) {
        return book == Book.OPERATORS ? NAME_FOR_OPERATORS : NAME;
    }

    private List<Operation> operations(String tag) {
        Map<String, Operation> operations = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
            JsonNode servers = path.getValue().has("servers") ? path.getValue().get("servers") : api.path("servers");
            String shown = servers.path(0).path("url").asString().replaceAll("/$", "") + path.getKey();
            for (String method : METHODS) {
                JsonNode itself = path.getValue().path(method);
                if (itself.at("/tags/0").asString("").equals(tag)
                        && !itself.path("x-refused").asBoolean(false)) {
                    Operation operation = new Operation(
                            method,
                            new ArrayList<>(List.of(shown)),
                            path.getValue().path("parameters"),
                            itself);
                    Operation same = operations.putIfAbsent(method + operation.title(), operation);
                    if (same != null) {
                        same.paths().add(shown);
                    }
                }
            }
        }
        return List.copyOf(operations.values());
    }

    private String page(String title, String about, String index, List<Operation> operations, Fields fields) {
        StringBuilder page =
                new StringBuilder("# %s\n\n%s. [All operations](/docs/%s), [form of errors](/docs/errors-and-retries)\n"
                        .formatted(title, about, index));
        if (operations.stream()
                .anyMatch(operation -> operation.itself().at("/security/0").has(MANAGEMENT))) {
            page.append("\nYou need a management key: [create one](/dashboard/keys/new?kind=management).\n");
        }
        for (Operation operation : operations) {
            page.append("\n## %s {#%s}\n\n%s\n"
                    .formatted(
                            operation.title(),
                            operation.id(),
                            operation.call(operation.paths().getFirst())));
            operation.paths().stream().skip(1).forEach(path -> page.append("or ")
                    .append(operation.call(path))
                    .append('\n'));
            page.append('\n')
                    .append(Fields.words(operation.itself().path("description").asString()))
                    .append("\n\n");
            page.append("```sh ")
                    .append(operation.role())
                    .append('\n')
                    .append(sample(operation).curl())
                    .append("\n```\n");
            fields.parameters(page, operation);
            if (!operation.body().isMissingNode()) {
                page.append("\n**Body**\n\n");
                fields.body(page, operation);
            }
            answers(page, operation, fields);
        }
        fields.objects(page);
        return page.toString();
    }

    /** Adds the answers. Errors have one form, which a page of its own describes. */
    private static void answers(StringBuilder page, Operation operation, Fields fields) {
        TreeSet<String> errors = new TreeSet<>();
        operation.itself().path("responses").properties().forEach(answer -> {
            if (answer.getKey().startsWith("2")) {
                page.append("\n**Response**\n\n");
                fields.answer(page, operation, answer.getKey(), answer.getValue());
            } else if (answer.getKey().matches("[45]\\d\\d")) {
                errors.add(answer.getKey());
            }
        });
        if (!errors.isEmpty()) {
            page.append("\n**Errors**\n\n");
            errors.forEach(status -> page.append("- `%s`: %s\n".formatted(status, meaning(status))));
        }
    }

    private static String meaning(String status) {
        return switch (status) {
            case "400" -> "A field is missing or wrong; `param` names it.";
            case "401" -> "The key is missing, unknown, disabled or expired.";
            case "402" -> "The balance, a limit or a budget does not cover the call.";
            case "403" -> "The key is of the wrong kind, or lacks a scope.";
            case "404" -> "There is nothing of this name or ID in this account.";
            case "409" -> "It conflicts with the present state; the message says with what.";
            case "412" -> "It has changed since you read it. Read it again.";
            case "429" -> "Too much at a time. Wait for the seconds of `retry-after`.";
            case "503" -> "The provider or this server cannot answer now. Nothing is charged; try again.";
            default -> throw new IllegalStateException("no meaning of " + status);
        };
    }

    private Sample sample(Operation operation) {
        JsonNode security =
                operation.itself().has("security") ? operation.itself().path("security") : api.path("security");
        JsonNode body = operation.itself().at("/requestBody/content/application~1json/example");
        Map<String, String> headers = new LinkedHashMap<>();
        if (security.path(0).has("googleKey")) {
            headers.put("x-goog-api-key", "$TOLLGATE_KEY");
        } else if (!security.isEmpty()) {
            String key = security.path(0).has("adminKey")
                    ? "$TOLLGATE_ADMIN_KEY"
                    : security.path(0).has(MANAGEMENT) ? "$TOLLGATE_MANAGEMENT_KEY" : "$TOLLGATE_KEY";
            headers.put("Authorization", "Bearer " + key);
        }
        if (!body.isMissingNode()) {
            headers.put("Content-Type", "application/json");
        }
        String path = operation
                .paths()
                .getFirst()
                .replace("{model}", operation.role().equals("text") ? "gemini-3-pro" : "gemini-embedding-001");
        return new Sample(
                operation.method().toUpperCase(Locale.ROOT),
                ManualPages.ADDRESS + path,
                headers,
                body.isMissingNode() ? null : body);
    }
}
