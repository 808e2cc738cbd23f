package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An address of its own for those who look after the server, and addresses that the console is shown at. */
@Timeout(60)
class AdminListenTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String OPERATOR = "the operator of the tests";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", OPERATOR),
                "admin.listen",
                "127.0.0.1:0",
                "http.trusted-hops",
                "1",
                "console.allow",
                "198.51.100.0/24, 2001:db8::1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static HttpResponse<String> ask(int port, String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return CLIENT.send(
                key == null
                        ? request.build()
                        : request.header("authorization", "Bearer " + key).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Browser from(String address) {
        return new Browser(gateway.url(), gateway.url(), Map.of("x-forwarded-for", address));
    }

    @Test
    void the_operators_routes_are_at_their_own_address_alone_and_still_want_the_key() throws Exception {
        int own = gateway.app().adminPort();
        assertThat(own).isNotEqualTo(gateway.app().port());
        assertThat(ask(own, "/admin/accounts", ADMIN_KEY).body()).contains("acc_demo");
        assertThat(ask(own, "/admin/accounts", null).statusCode()).isEqualTo(401);
        assertThat(ask(own, "/admin/accounts", Gateway.DEMO_KEY).statusCode()).isEqualTo(403);
        HttpResponse<String> there = ask(gateway.app().port(), "/admin/accounts", ADMIN_KEY);
        assertThat(there.statusCode()).isEqualTo(404);
        assertThat(there.body()).doesNotContain("acc_demo");
    }

    @Test
    void the_admin_address_has_no_api_or_pages_and_both_report_health() throws Exception {
        int own = gateway.app().adminPort();
        for (String path : new String[] {"/v1/models", "/v1/credits", "/", "/console", "/dashboard", "/openapi.json"}) {
            assertThat(ask(own, path, Gateway.DEMO_KEY).statusCode()).as(path).isEqualTo(404);
        }
        for (int port : new int[] {own, gateway.app().port()}) {
            assertThat(ask(port, "/health/ready", null).statusCode()).isEqualTo(200);
            assertThat(ask(port, "/health/live", null).statusCode()).isEqualTo(200);
        }
        assertThat(ask(gateway.app().port(), "/v1/models", Gateway.DEMO_KEY).statusCode())
                .isEqualTo(200);
    }

    @Test
    void the_console_is_shown_at_the_addresses_that_were_named_alone() {
        Browser here = from("198.51.100.7");
        assertThat(here.signIn("operator", OPERATOR).location()).isEqualTo("/console");
        assertThat(here.get("/console").status()).isEqualTo(200);
        Browser elsewhere = from("203.0.113.7");
        assertThat(elsewhere.signIn("operator", OPERATOR).status()).isEqualTo(303);
        assertThat(elsewhere.get("/console/accounts").status()).isEqualTo(403);
        assertThat(elsewhere.get("/console").body())
                .contains("not shown at your address")
                .doesNotContain("Margin");
        assertThat(elsewhere.get("/dashboard").status()).isEqualTo(200);
        assertThat(from("2001:db8::1").get("/console").location()).startsWith("/sign-in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9464", "127.0.0.1", "127.0.0.1:65536", "http://127.0.0.1:1", "127.0.0.1:-1"})
    void what_is_no_address_with_a_port_is_refused_at_the_start(String address) {
        assertThatThrownBy(() -> Gateway.start("admin.listen", address))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("an address or a host's name, a colon and a port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"files.internal", "10.0.0.0/33", "10.0.0.1:80", "999.1.1.1"})
    void what_is_no_address_is_refused_at_the_start(String addresses) {
        assertThatThrownBy(() -> Gateway.start("console.allow", addresses)).isInstanceOf(ConfigException.class);
    }

    @Test
    void an_address_that_is_taken_ends_the_start_with_a_sentence() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> Gateway.start("admin.listen", "127.0.0.1:" + taken.getLocalPort()))
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("--admin-listen");
        }
    }
}
