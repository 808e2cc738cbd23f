package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** One rule for names, reasons and notes, of customers and operators, on both databases. */
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(120)
class TextRuleTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody who writes names";

    /** In JSON: NUL, another control character, and what turns the direction around. */
    private static final List<String> BAD = List.of("a\\u0000b", "a\\u0085b", "a\\u202eb", "a\\u2066b", "a\\nb");

    private static final String INVISIBLE = "zero\u200Bwidth";
    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDCBB";

    @Parameter
    Stores stores;

    private static Stores kind;
    private static Gateway gateway;
    private static Customer customer;
    private static Browser person;

    @BeforeEach
    void start() {
        if (kind == stores) {
            return;
        }
        stop();
        kind = stores;
        Map<String, String> environment =
                new HashMap<>(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", PASSWORD));
        gateway = Gateway.startOn(stores, environment);
        customer = gateway.customer("10");
        person = new Browser(gateway.url()).signUp("writer@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            gateway = null;
            kind = null;
        }
    }

    private static Gateway.Reply admin(String path, String body) {
        return gateway.post("/admin" + path, body, ADMIN_KEY);
    }

    private static void assertRefused(Gateway.Reply reply, String field) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().get("error").get("message").asString()).contains("'" + field + "'");
    }

    @Test
    void controls_in_what_operators_write_are_a_400_that_names_the_field() {
        String account = "/accounts/" + customer.account();
        for (String bad : BAD) {
            assertRefused(admin("/accounts", "{\"name\":\"" + bad + "\",\"reason\":\"a test\"}"), "name");
            assertRefused(admin("/accounts", "{\"name\":\"fine\",\"reason\":\"" + bad + "\"}"), "reason");
            assertRefused(admin(account + "/grants", "{\"credits\":1,\"reason\":\"" + bad + "\"}"), "reason");
            assertRefused(admin(account + "/adjustments", "{\"credits\":1,\"reason\":\"" + bad + "\"}"), "reason");
            assertRefused(admin(account + "/keys", "{\"name\":\"" + bad + "\",\"reason\":\"a test\"}"), "name");
            assertRefused(admin("/vouchers", "{\"credits\":1,\"count\":1,\"reason\":\"" + bad + "\"}"), "reason");
            assertRefused(
                    admin("/settings", "{\"name\":\"brand.name\",\"value\":\"" + bad + "\",\"reason\":\"a test\"}"),
                    "value");
        }
    }

    @Test
    void controls_in_a_keys_name_are_a_400_that_names_the_field() throws Exception {
        String key = gateway.commands()
                .createKey(customer.account(), KeySettings.named("manager").withKind(KeyKind.MANAGEMENT))
                .secret();
        for (String bad : BAD) {
            Gateway.Reply reply = gateway.post("/v1/keys", "{\"name\":\"" + bad + "\"}", key);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().get("error").get("param").asString()).isEqualTo("name");
        }
    }

    @Test
    void controls_in_a_form_are_a_400_that_names_the_field() {
        for (String bad : List.of("a\u0000b", "a\u0085b", "a\u202eb", "a\u2066b")) {
            for (Browser.Page page : List.of(
                    person.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", bad)),
                    person.submit("/dashboard/settings", "/dashboard/settings", Map.of("name", bad)),
                    person.submit("/dashboard/billing", "/dashboard/billing/contact", Map.of("name", bad)),
                    new Browser(gateway.url())
                            .submit("/sign-up", "/sign-up", Map.of("email", "new@example.org", "name", bad)))) {
                assertThat(page.status()).isEqualTo(400);
                assertThat(page.body()).contains("The form's field 'name' has a ");
            }
        }
    }

    @Test
    void joiners_stay_and_other_hidden_characters_are_shown_on_pages() {
        for (String name : List.of(INVISIBLE, FAMILY)) {
            Browser.Page made = person.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", name));
            assertThat(made.status()).as(made.body()).isLessThan(400);
        }
        assertThat(gateway.number(
                        "SELECT COUNT(*) FROM api_key WHERE name = '" + INVISIBLE + "' OR name = '" + FAMILY + "'"))
                .isEqualTo(2);
        assertThat(person.get("/dashboard/keys").body())
                .contains("zero\\u200bwidth", FAMILY)
                .doesNotContain(INVISIBLE);
    }

    @Test
    void csv_files_begin_with_a_mark_and_hold_no_full_width_formula() throws Exception {
        Browser.Page made = person.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "＝1+1"));
        assertThat(made.status()).isLessThan(400);
        person.call(
                "/playground",
                "/playground/chat",
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        gateway.execute("UPDATE call SET key_id = (SELECT id FROM api_key WHERE name = '＝1+1')");
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", PASSWORD);
        for (Browser of : List.of(person, operator)) {
            for (String path :
                    List.of("/dashboard/requests.csv", "/dashboard/usage.csv?by=key", "/console/audit.csv")) {
                if (of == person && path.startsWith("/console")) {
                    continue;
                }
                byte[] file = bytes(of, path);
                assertThat(file).as(path).startsWith((byte) 0xef, (byte) 0xbb, (byte) 0xbf);
            }
        }
        assertThat(person.get("/dashboard/requests.csv").body())
                .contains(",'＝1+1,")
                .doesNotContain(",＝1+1,");
    }

    private static byte[] bytes(Browser browser, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(gateway.url() + path))
                                .header("cookie", browser.cookies())
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }
}
