package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import dev.tollgate.testing.Gateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
