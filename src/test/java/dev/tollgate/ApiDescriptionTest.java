package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.admin.AdminViews;
import dev.tollgate.admin.Refused;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Gateway;
import java.net.http.HttpRequest;
import java.util.ArrayList;
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

/** {@code /openapi.json} says what there is. */
class ApiDescriptionTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private static Gateway gateway;
    private static JsonNode description;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        Gateway.Reply reply = gateway.send(gateway.request("/openapi.json").GET());
        assertThat(reply.status()).isEqualTo(200);
        description = reply.json();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** Whatever is no page, and none of a page's files. */
    private static boolean isApi(Route<?> route) {
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
                .forEach(route -> served.add(route.method() + " " + route.path().replace("...}", "}")));

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
            found.addAll(valueless(path + "/" + member.getKey(), member.getValue()));
        }
        int index = 0;
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            found.addAll(valueless(path + "/" + index++, element));
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({"POST, /keys", "PATCH, /keys/{id}"})
    void the_fields_that_are_described_of_a_key_are_those_that_are_taken(String method, String path) throws Refused {
        JsonNode schema = description
                .get("paths")
                .get(path)
                .get(method.toLowerCase(Locale.ROOT))
                .at("/requestBody/content/application~1json/schema");
        String known = String.join(
                ", ",
                new TreeSet<>(
                        at(schema.get("$ref").asString()).get("properties").propertyNames()));
        AdminViews.NewKey manager = gateway.app()
                .administration()
                .createKey(
                        gateway.customer("1").account(),
                        new AdminViews.KeyChoice(
                                "m", AdminViews.Kind.MANAGEMENT, AdminViews.Spend.UNLIMITED, List.of(), null));

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

    @Test
    void an_answer_and_an_error_have_the_members_that_are_described() {
        JsonNode schemas = description.get("components").get("schemas");
        Gateway.Reply model = gateway.get("/v1/models/gemini-2.5-pro", Gateway.DEMO_KEY);
        assertThat(schemas.get("Model").get("properties").propertyNames())
                .containsAll(model.json().propertyNames());
        Gateway.Reply error = gateway.get("/v1/models/none", Gateway.DEMO_KEY);
        assertThat(schemas.at("/Error/properties/error/properties/code/enum")
                        .valueStream()
                        .map(JsonNode::asString))
                .contains(error.error().get("code").asString());
    }
}
