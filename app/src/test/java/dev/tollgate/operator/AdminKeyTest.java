package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access to the operator's routes. */
@Timeout(240)
class AdminKeyTest {

    private static final FarServer FAR = FarServer.saying("hello");
    private static Channels channels;

    @BeforeAll
    static void start() {
        channels = Channels.of(Channels.one(FAR.url()));
    }

    @AfterAll
    static void stop() {
        channels.close();
        FAR.close();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            none,                                    401
            '',                                      401
            Bearer,                                  401
            Bearer wrong-admin-key-of-the-tests,     401
            Bearer admin-key-of-the-test,            401
            Bearer admin-key-of-the-testss,          401
            Basic admin-key-of-the-tests,            401
            admin-key-of-the-tests,                  401
            Bearer sk-unknown,                       401
            Bearer CUSTOMER,                         403
            Bearer DEMO,                             403
            Bearer admin-key-of-the-tests,           200
            bearer admin-key-of-the-tests,           200
            """)
    void a_route_of_the_operators_takes_the_admin_key_alone(String authorization, int status) {
        for (String path : new String[] {"/admin/channels", "/admin/channels?key=admin-key-of-the-tests"}) {
            Gateway.Reply reply = ask("GET", path, authorization);
            assertThat(reply.status()).as(path + " " + authorization).isEqualTo(status);
            if (status != 200) {
                assertThat(reply.error().get("code").asString()).isEqualTo("invalid_api_key");
                assertThat(reply.text()).doesNotContain("admin-key", "gemini", Channels.KEY_A);
            }
        }
    }

    private static Gateway.Reply ask(String method, String path, String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(channels.gateway().url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (authorization != null) {
            request.header(
                    "Authorization",
                    authorization.replace("CUSTOMER", channels.customer().key()).replace("DEMO", Gateway.DEMO_KEY));
        }
        return channels.gateway().send(request);
    }

    @Test
    void the_admin_key_opens_no_route_of_the_callers() {
        for (String path : new String[] {"/v1/models", "/v1/credits", "/v1/tasks/x", "/v1/receipts", "/credits"}) {
            assertThat(ask("GET", path, "Bearer " + Channels.ADMIN_KEY).status())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(ask("POST", "/v1/chat/completions", "Bearer " + Channels.ADMIN_KEY)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void there_is_no_other_way_to_write_the_path() {
        for (String path :
                new String[] {"/v1/admin/channels", "/admin//channels", "/ADMIN/channels", "/admin/channels/"}) {
            assertThat(ask("GET", path, "Bearer sk-unknown").status()).as(path).isIn(401, 404);
            assertThat(ask("GET", path, null).text()).doesNotContain("\"kind\"");
        }
        assertThat(ask("POST", "/admin/channels", "Bearer " + Channels.ADMIN_KEY)
                        .status())
                .isEqualTo(405);
    }

    @Test
    void the_response_shows_the_health_and_no_secret() {
        channels.text();
        Gateway.Reply reply = channels.admin();
        assertThat(reply.text()).doesNotContain(Channels.KEY_A, FAR.url(), "127.0.0.1");
        assertThat(channels.status("a").toString())
                .startsWith(
                        "{\"id\":\"a\",\"kind\":\"gemini\",\"healthy\":true,\"store\":false,\"breaker\":{\"state\":\"closed\",\"failures\":0,\"until\":null},"
                                + "\"in_flight\":0,\"last_error\":null,\"models\":[")
                .contains(
                        "{\"id\":\"gemini-2.5-pro\",\"upstream\":\"gemini-2.5-pro\",\"priority\":1,\"weight\":1,\"rest\":null,");
    }

    @Test
    void without_a_setting_the_first_start_makes_a_key_shows_it_once_and_keeps_its_hash_alone() {
        try (LogCapture log = new LogCapture();
                Gateway gateway = Gateway.start()) {
            String banner = gateway.app().banner().text();
            assertThat(banner).containsPattern("Admin key  adm-[0-9a-f]{64} ");
            String key = banner.replaceAll("(?s).* (adm-[0-9a-f]{64}).*", "$1");
            assertThat(gateway.get("/admin/channels", key).status()).isEqualTo(200);
            gateway.restart();
            assertThat(gateway.app().banner().text()).doesNotContain("Admin key");
            assertThat(gateway.get("/admin/channels", key).status()).isEqualTo(200);
            assertThat(gateway.text("SELECT value FROM installation WHERE name = 'admin_key_sha256'"))
                    .matches("[0-9a-f]{64}")
                    .doesNotContain(key.substring(4));
            assertThat(log.text()).doesNotContain(key);
        }
    }

    @Test
    void a_key_in_the_settings_replaces_the_created_key() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", "chosen-by-the-operator"))) {
            assertThat(gateway.app().banner().text()).doesNotContain("Admin key", "chosen-by-the-operator");
            assertThat(gateway.get("/admin/channels", "chosen-by-the-operator").status())
                    .isEqualTo(200);
        }
    }
}
