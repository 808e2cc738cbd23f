package dev.tollgate.operator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.keys.KeyOptions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.operator.admin.actions.OperatorActions;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bodies of the operator's requests in the description of the API are made of the fields of their rows. {@code -Dtollgate.golden=write} writes
 * them, and a whole operation for an action that has none; examples and better words are written by hand.
 */
class AdminOpenApiTest {

    private static final Path FILE = Path.of("portal/src/main/resources/openapi.yaml");
    private static final Pattern PATH = Pattern.compile("  (/.*):");
    private static final Pattern METHOD = Pattern.compile("    (get|post|put|patch|delete):");
    private static final Pattern BODY = Pattern.compile("      requestBody: \\{required: (?:true|false),"
            + " content: \\{application/json: \\{schema: .*?(, example: \\{.*})?}}}");
    private static final Pattern COMPONENT = Pattern.compile("    ([A-Z]\\w*): .*");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> NO_TEXT = Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n");

    /** The fields that have a schema of their own, by its name. */
    private static final Map<String, Field<?>> SHARED = Map.of(
            "Reason",
            AdminRequest.REASON,
            "DeedId",
            AdminRequest.ID,
            "Spend",
            ofKey("spend"),
            "RateLimits",
            ofKey("rates"));

    private static final Map<Field<?>, String> NAMES = new IdentityHashMap<>();

    static {
        SHARED.forEach((name, field) -> NAMES.put(field, name));
    }

    private static Field<?> ofKey(String name) {
        return KeyOptions.CREATE.stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_bodies_of_operators_are_described_as_their_fields_are() throws IOException {
        List<String> written = Files.readAllLines(FILE);
        Map<String, List<Field<?>>> rows = rows();
        Set<String> missing = new TreeSet<>(rows.keySet());

        List<String> described = described(written, rows, missing);

        if ("write".equals(System.getProperty("tollgate.golden"))) {
            Files.write(FILE, withOperations(described));
            return;
        }
        assertThat(missing)
                .as("without a line requestBody: {…}; -Dtollgate.golden=write writes an operation")
                .isEmpty();
        List<String> others = new ArrayList<>(described);
        others.removeAll(written);
        assertThat(others)
                .as("what the fields say; -Dtollgate.golden=write writes it")
                .isEmpty();
    }

    @Test
    void an_action_without_an_operation_gets_one() throws IOException {
        List<String> written = Files.readAllLines(FILE);
        int path = written.indexOf("  /admin/plans/{plan}/close:");
        int put = written.indexOf("      operationId: setPlan") - 1;
        List<String> without = new ArrayList<>(written);
        without.subList(path, end(written, path, "  ")).clear();
        without.subList(put, end(written, put, "    ")).clear();

        List<String> again = withOperations(without);

        assertThat(again.subList(put, put + 3))
                .containsExactly("    put:", "      operationId: setPlan", "      tags: [Prices and money]");
        int close = again.indexOf("  /admin/plans/{plan}/close:");
        assertThat(end(again, put, "    ")).as("the next one").isEqualTo(close);
        assertThat(again.subList(close, close + 6))
                .containsExactly(
                        "  /admin/plans/{plan}/close:",
                        "    servers: *root",
                        "    parameters: [{name: plan, in: path, required: true, description: \"Id of the plan\", schema: {type: string}}]",
                        "    post:",
                        "      operationId: closePlan",
                        "      tags: [Prices and money]");
        assertThat(described(again, rows(), new TreeSet<>())).isEqualTo(again);
    }

    @Test
    void each_field_of_an_operators_request_says_its_type_and_meaning() {
        List<String> without = new ArrayList<>();
        rows().forEach((request, fields) -> fields.stream()
                .flatMap(AdminOpenApiTest::withMembers)
                .filter(field ->
                        field.schema().types().isEmpty() || !field.help().endsWith("."))
                .forEach(field -> without.add(request + " " + field.name())));
        assertThat(without).isEmpty();
    }

    /** Says so of the fields of a request's own. What a member or a grant of a path lacks is refused before its body is read. */
    @Test
    void a_body_needs_the_fields_that_are_required_and_no_others() {
        List<String> faults = new ArrayList<>();
        try (PortalServer server = PortalServer.start()) {
            rows().forEach((request, fields) -> {
                List<Field<?>> required = fields.stream()
                        .filter(field -> field.schema().isRequired())
                        .toList();
                for (Field<?> missing : required) {
                    Reply refused = send(server, request, required, missing);
                    boolean isNamed = refused.status() == 400
                            && refused.error().path("param").asString("").equals(missing.name());
                    if (!isNamed && refused.status() != 404) {
                        faults.add(request + " without " + missing.name() + ": " + refused.text());
                    }
                }
                Reply reply = send(server, request, required, null);
                if (reply.text().contains(" is required.")) {
                    faults.add(request + ": " + reply.text());
                }
            });
        }
        assertThat(faults).isEmpty();
    }

    private static Reply send(PortalServer server, String request, List<Field<?>> fields, @Nullable Field<?> without) {
        String key = server.adminKey();
        String account = server.post("/admin/accounts", "{\"name\":\"Ann\",\"reason\":\"a trial\"}", key)
                .json()
                .get("id")
                .asString();
        ObjectNode body = JsonMapper.shared().createObjectNode();
        fields.stream().filter(field -> field != without).forEach(field -> body.set(field.name(), sample(field)));
        String[] parts = request.split(" ");
        String path = parts[1].replace("accounts/{id}", "accounts/" + account).replaceAll("\\{[a-z]+}", "1");
        return server.send(parts[0].toUpperCase(Locale.ROOT), path, body.toString(), key);
    }

    private static JsonNode sample(Field<?> field) {
        Map<String, Object> keywords = field.schema().keywords();
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (keywords.get("enum") instanceof List<?> words) {
            return nodes.stringNode(words.getFirst().toString());
        }
        return switch (field.schema().types().getFirst()) {
            case "integer" -> nodes.numberNode((long) keywords.getOrDefault("minimum", 4_000_000_000L));
            case "number" -> nodes.numberNode(1);
            case "boolean" -> nodes.booleanNode(true);
            default -> nodes.stringNode(field.name().equals("email") ? "ann@example.org" : "trial");
        };
    }

    private static Stream<Field<?>> withMembers(Field<?> field) {
        List<Field<?>> entry =
                field.schema().keywords().get("items") instanceof Field<?> item ? item.members() : List.of();
        return Stream.of(List.<Field<?>>of(field), field.members(), entry).flatMap(List::stream);
    }

    /** Returns the fields of each request of operators that has some, by its method and path. */
    private static Map<String, List<Field<?>>> rows() {
        Map<String, List<Field<?>>> rows = new LinkedHashMap<>();
        OperatorActions.ALL.stream()
                .filter(action -> !action.isLocal())
                .forEach(action -> put(rows, action.method(), action.path(), action.fields()));
        OrganizationRoutes.ACTIONS.stream()
                .filter(Action::isChange)
                .forEach(action -> put(
                        rows,
                        action.method(),
                        "/admin/accounts/{id}" + (action.path().isEmpty() ? "/organization" : action.path()),
                        Stream.concat(action.fields().stream(), Stream.of(AdminRequest.REASON))
                                .toList()));
        return rows;
    }

    private static void put(Map<String, List<Field<?>>> rows, String method, String path, List<Field<?>> fields) {
        if (!fields.isEmpty()) {
            rows.put(
                    method.toLowerCase(Locale.ROOT) + " " + path.replace("...}", "}"),
                    fields.stream().filter(field -> !field.isFixed()).toList());
        }
    }

    /** Returns the description with the bodies of the rows. @param missing loses the rows that it has */
    private static List<String> described(List<String> written, Map<String, List<Field<?>>> rows, Set<String> missing) {
        List<String> described = new ArrayList<>();
        String path = "";
        String request = "";
        for (String line : written) {
            path = found(PATH, line, path);
            request = METHOD.matcher(line).matches() ? found(METHOD, line, "") + " " + path : request;
            Matcher body = BODY.matcher(line);
            Field<?> shared = SHARED.get(found(COMPONENT, line, ""));
            if (shared != null) {
                described.add(line.substring(0, line.indexOf(':') + 2) + value(shared));
            } else if (rows.containsKey(request) && body.matches()) {
                described.add(body(rows.get(request), body.group(1) == null ? "" : body.group(1)));
                missing.remove(request);
            } else {
                described.add(line);
            }
        }
        return described;
    }

    /** Returns the description with an operation for each action that has none: behind the one of the row before, or in its path. */
    private static List<String> withOperations(List<String> described) {
        List<String> all = new ArrayList<>(described);
        String before = "";
        for (OperatorAction<?, ?> action : OperatorActions.ALL) {
            if (action.isLocal()) {
                continue;
            }
            String path = "  " + action.path().replace("...}", "}") + ":";
            String method = "    " + action.method().toLowerCase(Locale.ROOT) + ":";
            int at = all.indexOf(path);
            if (at < 0) {
                at = end(all, all.indexOf(before), "  ");
                all.addAll(at, List.of(path, "    servers: *root", parameters(action)));
            }
            int end = end(all, at, "  ");
            if (!all.subList(at, end).contains(method)) {
                String tags = all.subList(0, end).reversed().stream()
                        .filter(line -> line.startsWith("      tags: "))
                        .findFirst()
                        .orElseThrow();
                all.addAll(end, operation(action, method, tags));
            }
            before = path;
        }
        return all;
    }

    /** Returns where what begins at a line with an indent ends. */
    private static int end(List<String> lines, int begin, String indent) {
        int end = begin + 1;
        while (lines.get(end).startsWith(indent + " ")) {
            end++;
        }
        return end;
    }

    private static String parameters(OperatorAction<?, ?> action) {
        return Pattern.compile("\\{([a-z]+)}")
                .matcher(action.path().replace("...}", "}"))
                .results()
                .map(parameter -> parameter.group(1))
                .map(name -> "{name: " + name + ", in: path, required: true, description: "
                        + quoted(action.parameters().stream()
                                .filter(field -> field.name().equals(name))
                                .map(AdminOpenApiTest::description)
                                .findFirst()
                                .orElse("The " + name))
                        + ", schema: {type: string}}")
                .collect(Collectors.joining(", ", "    parameters: [", "]"));
    }

    private static List<String> operation(OperatorAction<?, ?> action, String method, String tags) {
        String[] name = action.name().split("\\.");
        String what = action.help().isEmpty() ? action.told().words().english() + "." : action.help();
        return List.of(
                method,
                "      operationId: " + camel(name[1] + "_" + name[0]),
                tags,
                "      summary: " + quoted(what.split("[,:.;]")[0]),
                "      description: " + quoted(what),
                "      security: *admin",
                body(action.fields().stream().filter(field -> !field.isFixed()).toList(), ""),
                "      responses:",
                "        \"2XX\": {description: \"Done\", content: {application/json: {schema: {type: object}}}}",
                "        \"4XX\": {$ref: \"#/components/responses/Error\"}",
                "        default: {$ref: \"#/components/responses/Error\"}");
    }

    private static String camel(String name) {
        return Pattern.compile("_([a-z])").matcher(name).replaceAll(letter -> letter.group(1)
                .toUpperCase(Locale.ROOT));
    }

    private static String found(Pattern pattern, String line, String otherwise) {
        Matcher matcher = pattern.matcher(line);
        return matcher.matches() ? matcher.group(1) : otherwise;
    }

    private static String body(List<Field<?>> fields, String example) {
        boolean isRequired = fields.stream().anyMatch(field -> field.schema().isRequired());
        return "      requestBody: {required: " + isRequired + ", content: {application/json: {schema: {"
                + String.join(", ", object(List.of("object"), fields)) + "}" + example + "}}}";
    }

    private static List<String> object(List<String> types, List<Field<?>> fields) {
        List<String> parts = new ArrayList<>(List.of("type: " + types(types)));
        List<String> required = fields.stream()
                .filter(field -> field.schema().isRequired())
                .map(Field::name)
                .toList();
        if (!required.isEmpty()) {
            parts.add("required: " + text(required));
        }
        parts.add(fields.stream()
                .map(field -> field.name() + ": "
                        + (NAMES.containsKey(field)
                                ? "{$ref: \"#/components/schemas/" + NAMES.get(field) + "\"}"
                                : value(field)))
                .collect(Collectors.joining(", ", "properties: {", "}")));
        return parts;
    }

    private static String value(Field<?> field) {
        List<String> parts = parts(field.schema(), field.members());
        parts.add("description: " + quoted(description(field)));
        return "{" + String.join(", ", parts) + "}";
    }

    private static List<String> parts(Schema schema, List<Field<?>> members) {
        List<String> parts = members.isEmpty()
                ? new ArrayList<>(List.of("type: " + types(schema.types())))
                : object(schema.types(), members);
        schema.keywords().forEach((keyword, value) -> {
            boolean isNullToo = keyword.equals("enum") && schema.types().contains("null");
            parts.add(keyword + ": " + (isNullToo ? text(value).replaceFirst("]$", ", null]") : text(value)));
        });
        return parts;
    }

    /** Returns what a field is, the form of its values, and what null means, without a period at the end. */
    private static String description(Field<?> field) {
        String form = field.schema().form();
        String nothing = field.nothing() == null ? "" : field.nothing().english();
        return field.help().replaceFirst("\\.$", "")
                + (form.isEmpty() ? "" : ". " + form)
                + (nothing.isEmpty() ? "" : "; null: " + nothing);
    }

    private static String types(List<String> types) {
        return types.size() == 1 ? types.getFirst() : text(types);
    }

    private static String text(Object value) {
        return switch (value) {
            case Field<?> item -> "{" + String.join(", ", parts(item.schema(), item.members())) + "}";
            case Schema schema -> "{" + String.join(", ", parts(schema, List.of())) + "}";
            case List<?> list -> list.stream().map(AdminOpenApiTest::text).collect(Collectors.joining(", ", "[", "]"));
            case String text -> PLAIN.matcher(text).matches() && !NO_TEXT.contains(text) ? text : quoted(text);
            default -> value.toString();
        };
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
