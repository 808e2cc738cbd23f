package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tollgate.base.fields.Field;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.keys.KeyActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Gateway;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /openapi.json} says what there is. */
class ApiDescriptionTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private static Gateway gateway;
    private static JsonNode description;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Channels.ADMIN_KEY));
        Gateway.Reply reply = gateway.send(gateway.request("/openapi.json").GET());
        assertThat(reply.status()).isEqualTo(200);
        description = reply.json();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** Whatever is no page, and none of a page's files. */
    static boolean isApi(Route<?> route) {
        return !route.gate().name().startsWith("page")
                && !route.path().startsWith("/assets/")
                && !route.path().startsWith("/playground/")
                && !route.path().equals("/favicon.ico")
                && !route.path().equals("/robots.txt");
    }

    private static TreeSet<String> described() {
        TreeSet<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            JsonNode servers =
                    path.getValue().has("servers") ? path.getValue().get("servers") : description.get("servers");
            for (JsonNode server : servers) {
                String base = server.get("url").asString().replaceAll("/$", "");
                path.getValue().propertyNames().stream()
                        .filter(METHODS::contains)
                        .forEach(method -> described.add(method.toUpperCase() + " " + base + path.getKey()));
            }
        }
        return described;
    }

    @Test
    void each_route_of_the_api_is_described_and_nothing_else_is() {
        TreeSet<String> served = new TreeSet<>();
        gateway.app().routes().stream()
                .filter(ApiDescriptionTest::isApi)
                // The description says once that v1alpha is another name of v1beta.
                .forEach(route -> served.add(
                        route.method() + " " + route.path().replace("...}", "}").replace("/v1alpha", "/v1beta")));

        TreeSet<String> missing = new TreeSet<>(served);
        missing.removeAll(described());
        TreeSet<String> invented = new TreeSet<>(described());
        invented.removeAll(served);
        assertThat(missing).as("served, and not described").isEmpty();
        assertThat(invented).as("described, and not served").isEmpty();
    }

    @Test
    void each_parameter_of_a_path_is_described_and_each_reference_leads_somewhere() {
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            List<String> names = new ArrayList<>();
            for (JsonNode parameter : path.getValue().path("parameters")) {
                JsonNode one = parameter.has("$ref") ? at(parameter.get("$ref").asString()) : parameter;
                if (one.get("in").asString().equals("path")) {
                    names.add("{" + one.get("name").asString() + "}");
                }
            }
            assertThat(path.getKey().replaceAll("[^{}]*(\\{[^}]*\\}|$)", "$1"))
                    .as(path.getKey())
                    .isEqualTo(String.join("", names));
        }
        description.findValuesAsString("$ref").forEach(ApiDescriptionTest::at);
    }

    /** A comma inside an unquoted text of the source would end it, and leave a member without a value. */
    @Test
    void no_member_is_without_a_value() {
        assertThat(valueless("", description)).isEmpty();
    }

    private static List<String> valueless(String path, JsonNode node) {
        List<String> found = new ArrayList<>();
        if (node.isNull()) {
            found.add(path);
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (Set.of("example", "enum").contains(member.getKey())) {
                continue; // null is a value there
            }
            found.addAll(valueless(path + "/" + member.getKey(), member.getValue()));
        }
        int index = 0;
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            found.addAll(valueless(path + "/" + index++, element));
        }
        return found;
    }

    @Test
    void the_fields_of_each_action_are_described() {
        OrganizationRoutes.ACTIONS.forEach(action -> assertDescribed("/organization", action));
        KeyActions.ALL.forEach(action -> assertDescribed("/keys", action));
    }

    private static void assertDescribed(String base, Action<?, ?> action) {
        JsonNode schema = description
                .get("paths")
                .get(base + action.path())
                .get(action.method().toLowerCase(Locale.ROOT))
                .at("/requestBody/content/application~1json/schema");
        JsonNode described = schema.has("$ref") ? at(schema.get("$ref").asString()) : schema;
        assertThat(List.copyOf(described.path("properties").propertyNames()))
                .as(action.name())
                .containsExactlyInAnyOrderElementsOf(action.fields().stream()
                        .filter(field -> !field.isFixed())
                        .map(Field::name)
                        .toList());
    }

    @Test
    void the_fields_that_are_described_for_operators_are_those_that_are_taken() {
        List<String> faults = new ArrayList<>();
        int bodies = 0;
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                JsonNode schema = operation.getValue().at("/requestBody/content/application~1json/schema");
                if (path.getKey().startsWith("/admin/") && schema.isObject()) {
                    bodies++;
                    faults.addAll(otherFields(path.getKey(), operation.getKey(), schema));
                }
            }
        }
        assertThat(faults).isEmpty();
        assertThat(bodies).isGreaterThan(20);
    }

    private static List<String> otherFields(String path, String method, JsonNode schema) {
        JsonNode described = schema.has("$ref") ? at(schema.get("$ref").asString()) : schema;
        Gateway.Reply refused = gateway.send(
                method.toUpperCase(Locale.ROOT),
                path.replaceAll("\\{[a-z]+}", "none"),
                "{\"other\":1}",
                Channels.ADMIN_KEY);
        String known = refused.error().get("message").asString().replaceAll("^.*known are |\\.$", "");
        TreeSet<String> taken = new TreeSet<>(List.of(known.split(", ")));
        return taken.equals(new TreeSet<>(described.path("properties").propertyNames()))
                ? List.of()
                : List.of(method + " " + path + " takes " + taken);
    }

    private static KeyResult.Made manager() {
        return gateway.commands()
                .createKey(
                        gateway.customer("1").account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT));
    }

    @ParameterizedTest
    @CsvSource({"POST, /keys", "PATCH, /keys/{id}"})
    void the_fields_that_are_described_of_a_key_are_those_that_are_taken(String method, String path) {
        JsonNode schema = description
                .get("paths")
                .get(path)
                .get(method.toLowerCase(Locale.ROOT))
                .at("/requestBody/content/application~1json/schema");
        String known = String.join(
                ", ",
                new TreeSet<>(
                        at(schema.get("$ref").asString()).get("properties").propertyNames()));
        KeyResult.Made manager = manager();

        Gateway.Reply refused = gateway.send(
                gateway.request("/v1" + path.replace("{id}", manager.key().id()))
                        .setHeader("Authorization", "Bearer " + manager.secret())
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString("{\"other\":1}")));

        assertThat(refused.error().get("message").asString()).endsWith("known are " + known + ".");
    }

    @ParameterizedTest
    @CsvSource({"?alt=sse, text/event-stream, string", "'', application/json, array"})
    void a_stream_of_the_gemini_door_comes_in_the_form_that_is_described(String query, String type, String form) {
        String path = "/v1beta/models/{model}:streamGenerateContent";
        Gateway.Reply reply = gateway.post(
                path.replace("{model}", "gemini-2.5-pro") + query,
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}",
                Gateway.DEMO_KEY);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith(type);
        JsonNode described = at(description
                .get("paths")
                .get(path)
                .at("/post/responses/200/$ref")
                .asString());
        assertThat(described.get("content").get(type).get("schema").get("type").asString())
                .isEqualTo(form);
    }

    private static JsonNode at(String reference) {
        JsonNode found = description.at(reference.substring(1));
        assertThat(found.isMissingNode()).as(reference).isFalse();
        return found;
    }

    private static List<JsonNode> operations() {
        return description
                .get("paths")
                .valueStream()
                .flatMap(path -> METHODS.stream().map(path::path).filter(JsonNode::isObject))
                .toList();
    }

    @Test
    void each_operation_has_an_id_of_its_own_and_descriptions() {
        assertThat(operations()).hasSizeGreaterThan(80).allSatisfy(operation -> {
            assertThat(operation.get("description").asString()).isNotBlank();
            for (JsonNode parameter : operation.path("parameters")) {
                JsonNode one = parameter.has("$ref") ? at(parameter.get("$ref").asString()) : parameter;
                assertThat(one.get("description").asString()).as(one.toString()).isNotBlank();
            }
        });
        assertThat(operations().stream()
                        .map(operation -> operation.get("operationId").asString()))
                .doesNotHaveDuplicates();
    }

    /** What is described only because it is always refused has none. */
    @Test
    void each_operation_that_is_served_is_on_a_page_of_the_reference() {
        Browser stranger = new Browser(gateway.url());
        String ofCallers = stranger.get("/docs/reference").body();
        assertThat(ofCallers).contains("href=\"/openapi.json\"", "href=\"/docs/reference/admin\"");
        String ofOperators = stranger.get("/docs/reference/admin").body();
        assertThat(ofCallers).doesNotContain("/admin/accounts");
        Map<String, String> pages = new HashMap<>();
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            JsonNode servers =
                    path.getValue().has("servers") ? path.getValue().get("servers") : description.get("servers");
            for (String method : METHODS) {
                JsonNode operation = path.getValue().path(method);
                if (operation.isMissingNode()) {
                    continue;
                }
                String page = "/docs/reference/"
                        + operation
                                .at("/tags/0")
                                .asString()
                                .toLowerCase(Locale.ROOT)
                                .replace(' ', '-');
                String call = "<code>" + method.toUpperCase(Locale.ROOT) + " "
                        + servers.get(0).get("url").asString().replaceAll("/$", "") + path.getKey() + "</code>";
                boolean isThere = pages.computeIfAbsent(
                                page, it -> stranger.get(it).body())
                        .contains(call);
                assertThat(isThere)
                        .as(call)
                        .isNotEqualTo(operation.path("x-refused").asBoolean(false));
                assertThat(ofCallers + ofOperators).contains("\"" + page + "#");
            }
        }
    }

    /** Each field of a request: in its body, its path, its query and its headers. */
    @Test
    void each_field_of_a_request_is_described() {
        List<String> missing = new ArrayList<>();
        for (JsonNode operation : operations()) {
            String id = operation.get("operationId").asString();
            JsonNode body = operation.at("/requestBody/content/application~1json/schema");
            undescribed(id, body, new TreeSet<>(), missing);
        }
        assertThat(missing).isEmpty();
    }

    private static void undescribed(String path, JsonNode schema, Set<String> seen, List<String> missing) {
        for (JsonNode part : schema.isObject() ? parts(schema) : List.<JsonNode>of()) {
            if (part.has("$ref") && !seen.add(part.get("$ref").asString())) {
                return;
            }
            for (Map.Entry<String, JsonNode> member : part.path("properties").properties()) {
                JsonNode value = member.getValue();
                String name = path + "." + member.getKey();
                boolean isSaid = parts(value).stream().anyMatch(each -> each.has("description") || each.has("const"));
                if (!isSaid) {
                    missing.add(name);
                }
                undescribed(name, value, seen, missing);
                undescribed(name + "[]", value.path("items"), seen, missing);
            }
            undescribed(path + "[]", part.path("items"), seen, missing);
        }
    }

    @Test
    void answers_have_no_member_that_their_schema_lacks() {
        String chat = """
                {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"What is the weather in Rome?"}],
                "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}""";
        Gateway.Reply completion = gateway.chat(chat.formatted("false"));
        assertFits(completion, "ChatCompletion");
        gateway.chat(chat.formatted("true")).chunks().forEach(chunk -> assertThat(faults(chunk, "ChatCompletionChunk"))
                .isEmpty());
        String task = completion.json().get("id").asString();
        assertFits(gateway.post("/v1/estimate", chat.formatted("false"), Gateway.DEMO_KEY), "Estimate");
        assertFits(gateway.get("/v1/models", Gateway.DEMO_KEY), "ModelList");
        assertFits(gateway.get("/v1/prices", Gateway.DEMO_KEY), "PriceList");
        assertFits(gateway.get("/v1/credits", Gateway.DEMO_KEY), "Credits");
        assertFits(gateway.get("/v1/key", Gateway.DEMO_KEY), "KeyBalance");
        assertFits(gateway.get("/v1/dashboard/billing/subscription", Gateway.DEMO_KEY), "BillingSubscription");
        assertFits(gateway.get("/v1/dashboard/billing/usage", Gateway.DEMO_KEY), "BillingUsage");
        assertFits(gateway.get("/v1/tasks", Gateway.DEMO_KEY), "TaskList");
        assertFits(gateway.get("/v1/tasks/" + task, Gateway.DEMO_KEY), "Task");
        assertFits(gateway.get("/v1/usage", Gateway.DEMO_KEY), "Usage");
        assertFits(gateway.get("/v1/receipts/" + task, Gateway.DEMO_KEY), "Receipt");
        assertFits(gateway.get("/v1/receipts/head", Gateway.DEMO_KEY), "ReceiptsHead");
        assertFits(gateway.get("/v1/receipts/key", Gateway.DEMO_KEY), "ReceiptKeys");
        assertFits(gateway.get("/v1/models/none", Gateway.DEMO_KEY), "Error");
        String google = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
        assertFits(
                gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", google, Gateway.DEMO_KEY),
                "GoogleResponse");
        assertFits(gateway.post("/v1beta/models/none:generateContent", google, Gateway.DEMO_KEY), "GoogleError");
        assertFits(gateway.get("/v1beta/models", Gateway.DEMO_KEY), "GoogleModelList");
        KeyResult.Made manager = manager();
        assertFits(gateway.get("/v1/keys", manager.secret()), "KeyList");
        assertFits(gateway.post("/v1/keys", "{\"name\":\"made\"}", manager.secret()), "NewKey");
    }

    private static void assertFits(Gateway.Reply reply, String schema) {
        assertThat(faults(reply.json(), schema)).as(reply.text()).isEmpty();
    }

    /** A check by the schema as it is, and one more for members that it does not name. */
    private static List<String> faults(JsonNode answer, String schema) {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("$ref", "#/components/schemas/" + schema);
        root.set("components", description.get("components"));
        List<String> faults = new ArrayList<>();
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(root)
                .validate(answer)
                .forEach(fault -> faults.add(fault.toString()));
        unnamed(schema, answer, root, faults);
        return faults;
    }

    private static void unnamed(String path, JsonNode answer, JsonNode schema, List<String> faults) {
        List<JsonNode> parts = parts(schema);
        for (JsonNode element : answer.isArray() ? answer : List.<JsonNode>of()) {
            parts.stream()
                    .filter(part -> part.has("items"))
                    .forEach(part -> unnamed(path + "[]", element, part.get("items"), faults));
        }
        if (!answer.isObject() || parts.stream().noneMatch(part -> part.has("properties"))) {
            return; // any object
        }
        for (Map.Entry<String, JsonNode> member : answer.properties()) {
            List<JsonNode> named = parts.stream()
                    .map(part -> part.at("/properties/" + member.getKey()))
                    .filter(it -> !it.isMissingNode())
                    .toList();
            if (named.isEmpty()) {
                faults.add(path + "." + member.getKey() + " is not described");
            }
            named.forEach(it -> unnamed(path + "." + member.getKey(), member.getValue(), it, faults));
        }
    }

    /** The schema with all that it refers to or is put together from. */
    private static List<JsonNode> parts(JsonNode schema) {
        List<JsonNode> parts = new ArrayList<>(List.of(schema));
        if (schema.has("$ref")) {
            parts.addAll(parts(at(schema.get("$ref").asString())));
        }
        for (String list : List.of("allOf", "oneOf")) {
            schema.path(list).forEach(part -> parts.addAll(parts(part)));
        }
        return parts;
    }
}
