package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Exchange;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Settings that the operator changes while the program runs. */
@Timeout(60)
@Isolated("the access log is the whole process's")
class StoredSettingsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final Map<String, String> ENVIRONMENT = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);

    private static Gateway.Reply set(Gateway gateway, String name, String value) {
        return gateway.post(
                "/admin/settings",
                "{\"name\":\"" + name + "\",\"value\":" + value + ",\"reason\":\"to see more\"}",
                ADMIN_KEY);
    }

    private static JsonNode shown(Gateway gateway, String name) {
        JsonNode settings = gateway.get("/admin/settings", ADMIN_KEY).json().get("data");
        return StreamSupport.stream(settings.spliterator(), false)
                .filter(one -> one.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean logsCalls() {
        return LoggerFactory.getLogger(Exchange.ACCESS_LOG_NAME).isInfoEnabled();
    }

    @Test
    void a_change_holds_at_once_and_after_a_restart_until_it_is_forgotten() {
        try (Gateway gateway = Gateway.start(ENVIRONMENT)) {
            assertThat(shown(gateway, "http.access-log").get("source").asString())
                    .isEqualTo("default");
            assertThat(logsCalls()).isFalse();
            JsonNode changed = set(gateway, "http.access-log", "\"true\"").json();
            assertThat(changed.get("source").asString()).isEqualTo("stored");
            assertThat(logsCalls()).isTrue();
            gateway.restart();
            assertThat(logsCalls()).isTrue();
            assertThat(set(gateway, "http.access-log", "null")
                            .json()
                            .get("value")
                            .asString())
                    .isEqualTo("false");
            assertThat(logsCalls()).isFalse();
            JsonNode deeds = gateway.get("/admin/audit?subject=http.access-log", ADMIN_KEY)
                    .json()
                    .get("data");
            assertThat(deeds.get(0).get("before").toString()).isEqualTo("{\"value\":\"true\"}");
            assertThat(deeds.get(0).get("after").isNull()).isTrue();
            assertThat(deeds.get(1).get("reason").asString()).isEqualTo("to see more");
        }
    }

    @Test
    void a_redirect_to_the_sign_in_is_logged_without_an_error() {
        try (LogCapture log = new LogCapture();
                Gateway gateway = Gateway.start("http.access-log", "true")) {
            assertThat(new Browser(gateway.url()).get("/dashboard/keys").status())
                    .isEqualTo(303);
            assertThat(line(log, "GET /dashboard/keys 303")).doesNotContain("code=");
            assertThat(gateway.get("/v1/nothing").status()).isEqualTo(404);
            assertThat(line(log, "GET - 404")).contains("code=invalid_request");
        }
    }

    /** It is written once the answer has left. */
    private static String line(LogCapture log, String beginning) {
        Gateway.await(beginning, () -> log.text().lines().anyMatch(line -> line.startsWith(beginning)));
        return log.text()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sign_up_is_closed_and_what_accounts_begin_with_is_changed_while_the_program_runs() {
        try (Gateway gateway = Gateway.start(ENVIRONMENT)) {
            set(gateway, "sign-up.credits", "\"7.5\"");
            assertThat(new Browser(gateway.url())
                            .signUp("ann@example.org", "a sentence nobody else has")
                            .get("/dashboard")
                            .body())
                    .contains("7.500000 credits");
            set(gateway, "sign-up.open", "\"false\"");
            Browser late = new Browser(gateway.url());
            for (String path : List.of("/sign-up", "/")) {
                assertThat(late.get(path).body()).contains("operator creates accounts");
            }
            assertThat(late.get("/sign-in").body()).doesNotContain("Create account");
            assertThat(late.submit("/sign-in", "/sign-up", Map.of("email", "late@example.org"))
                            .body())
                    .contains("operator creates accounts");
            assertThat(gateway.number("SELECT COUNT(*) FROM person WHERE email LIKE 'late%'"))
                    .isZero();
            set(gateway, "sign-up.open", "null");
            assertThat(late.get("/sign-in").body()).contains("Create account");
        }
    }

    @Test
    void what_the_operator_announces_and_links_to_stands_on_every_page_at_once_and_is_text() {
        try (Gateway gateway = Gateway.start(ENVIRONMENT, "brand.name", "Acme AI", "pages.languages", "en")) {
            Browser browser = new Browser(gateway.url()).signUp("ann@example.org", "a sentence nobody else has");
            assertThat(browser.get("/dashboard").body()).doesNotContain("Announcement", "class=\"foot");
            set(gateway, "brand.announcement", "\"Slower on Sunday <b>from 8</b>\"");
            set(gateway, "brand.terms", "\"https://acme.example/terms?a=1&b=2\"");
            set(gateway, "brand.support", "\"mailto:help@acme.example\"");
            assertThat(set(gateway, "brand.imprint", "\"javascript:alert(1)\"").status())
                    .isEqualTo(400);
            Browser stranger = new Browser(gateway.url());
            for (Browser.Page page : List.of(
                    browser.get("/dashboard"), stranger.get("/"), stranger.get("/sign-in"), stranger.get("/docs"))) {
                assertThat(page.body())
                        .contains("Acme AI", "Slower on Sunday &lt;b")
                        .contains("<a href=\"https://acme.example/terms?a=1&amp;b=2\" rel=\"noopener\">Terms</a>")
                        .contains("<a href=\"mailto:help@acme.example\" rel=\"noopener\">Support</a>")
                        .doesNotContain("Imprint", "Privacy</a>");
            }
            set(gateway, "brand.announcement", "null");
            assertThat(stranger.get("/").body()).doesNotContain("Slower on Sunday");
        }
    }

    @Test
    void an_argument_wins_over_what_is_stored() {
        try (Gateway gateway = Gateway.start(ENVIRONMENT, "http.access-log", "false")) {
            JsonNode changed = set(gateway, "http.access-log", "\"true\"").json();
            assertThat(changed.get("source").asString()).isEqualTo("argument");
            assertThat(changed.get("value").asString()).isEqualTo("false");
            assertThat(changed.get("stored").asString()).isEqualTo("true");
            assertThat(logsCalls()).isFalse();
        }
    }

    @Test
    void what_must_not_be_changed_is_not_and_no_secret_is_shown() {
        try (Gateway gateway = Gateway.start(ENVIRONMENT)) {
            assertThat(set(gateway, "host", "\"0.0.0.0\"").status()).isEqualTo(400);
            assertThat(set(gateway, "admin.key", "\"another-key-of-somebody\"").status())
                    .isEqualTo(400);
            assertThat(set(gateway, "http.access-log", "\"perhaps\"").status()).isEqualTo(400);
            assertThat(set(gateway, "no.such", "\"1\"").status()).isEqualTo(404);
            JsonNode key = shown(gateway, "admin.key");
            assertThat(key.get("source").asString()).isEqualTo("environment");
            assertThat(key.get("set").asBoolean()).isTrue();
            assertThat(gateway.get("/admin/settings", ADMIN_KEY).text()).doesNotContain(ADMIN_KEY);
            assertThat(gateway.number("SELECT COUNT(*) FROM setting")).isZero();
        }
    }

    @Test
    void another_server_goes_by_it_within_a_moment() {
        String url = Postgres.migrated();
        try (Gateway one = Gateway.startOn(url, ENVIRONMENT, "timeouts.drain", "0ms");
                Gateway two = Gateway.startOn(url, ENVIRONMENT, "timeouts.drain", "0ms")) {
            set(one, "http.access-log", "\"true\"");
            Gateway.await(
                    "the other server's setting",
                    () -> shown(two, "http.access-log").get("value").asString().equals("true"));
            set(two, "http.access-log", "null");
            Gateway.await(
                    "the first server's setting",
                    () -> shown(one, "http.access-log").get("value").asString().equals("false"));
        }
    }
}
