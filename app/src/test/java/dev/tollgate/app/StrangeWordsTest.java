package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words of SQL and wildcards, wherever a request says something: they are text to every route of the table. */
@Order(19)
class StrangeWordsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "the password of the tests";

    /** What reads may be asked with. */
    private static final List<String> NAMES = List.of(
            "account",
            "after",
            "before",
            "by",
            "days",
            "end",
            "from",
            "group_by",
            "input",
            "key",
            "limit",
            "model",
            "output",
            "page",
            "q",
            "range",
            "start",
            "state",
            "subject",
            "to",
            "turned",
            "tz",
            "utc",
            "verify");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final Map<String, List<Map.Entry<String, String>>> LET_IN = new HashMap<>();

    private static Gateway gateway;
    private static Customer customer;
    private static String managementKey;
    private static Browser member;
    private static Browser staff;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", PASSWORD));
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
        member.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "laptop"));
        staff = new Browser(gateway.url());
        staff.signIn("operator", PASSWORD);
        customer = gateway.customer("10");
        managementKey = gateway.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Stream<Route<?>> reads() {
        return gateway.app().routes().stream()
                .filter(route -> route.method().equals("GET"))
                .filter(route ->
                        !route.path().endsWith("/live") && !route.path().startsWith("/health"));
    }

    /** As who may be let in, one after the other. */
    private static Stream<Map.Entry<String, String>> callers() {
        return Stream.of(
                Map.entry("Authorization", "Bearer " + customer.key()),
                Map.entry("Authorization", "Bearer " + managementKey),
                Map.entry("Authorization", "Bearer " + ADMIN_KEY),
                Map.entry("x-goog-api-key", customer.key()),
                Map.entry("x-api-key", customer.key()),
                Map.entry("Cookie", member.cookies()),
                Map.entry("Cookie", staff.cookies()));
    }

    /** Those whose kind of credentials the route's gate looks at. */
    private static List<Map.Entry<String, String>> seen(String gate) {
        List<Map.Entry<String, String>> all = callers().toList();
        if (gate.equals("public")) {
            return all.subList(0, 1);
        }
        return all.stream()
                .filter(caller -> gate.startsWith("page") == caller.getKey().equals("Cookie")
                        || gate.equals("page for everybody") && caller == all.getFirst())
                .toList();
    }

    /** The callers that a route accepts before it reads the request; all that its gate looks at if it accepts none. */
    private static List<Map.Entry<String, String>> letIn(Route<?> route) {
        return LET_IN.computeIfAbsent(route.path(), pattern -> {
            String path = pattern.replaceAll("\\{[^}]*}", "nothing");
            List<Map.Entry<String, String>> all = seen(route.gate().name());
            List<Map.Entry<String, String>> in = all.stream()
                    .filter(caller ->
                            !List.of(303, 401, 403).contains(status(path, caller.getKey(), caller.getValue())))
                    .toList();
            return in.isEmpty() ? all : in;
        });
    }

    private static int status(String path, String header, String value) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header(header, value)
                .build();
        try {
            HttpResponse<InputStream> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            return answer.statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static List<Long> rows() {
        return Stream.of("account", "api_key", "entry", "call", "open_hold", "price", "person", "setting", "voucher")
                .map(table -> gateway.number("SELECT COUNT(*) FROM " + table))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"' OR '1'='1", "x'; DROP TABLE entry; --", "\" UNION SELECT 1 --", "%_\\", "${jndi:x}{{7*7}}"})
    void words_of_a_query_language_are_text_in_each_path_and_parameter(String word) {
        List<Long> before = rows();
        String query = NAMES.stream().map(name -> name + "=" + encoded(word)).collect(Collectors.joining("&", "?", ""));
        assertThat(reads()).isNotEmpty().allSatisfy(route -> {
            String path = route.path()
                    .replaceAll("\\{[^}]*}", encoded(word).replace("\\", "%5C").replace("$", "%24"));
            letIn(route).forEach(caller -> {
                assertThat(status(path, caller.getKey(), caller.getValue()))
                        .as("%s with a strange path", route.path())
                        .isLessThan(500);
                if (path.equals(route.path())) {
                    assertThat(status(path + query, caller.getKey(), caller.getValue()))
                            .as("%s with strange parameters", route.path())
                            .isLessThan(500);
                }
            });
        });
        assertThat(rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-' OR '1'='1", "sk-x'; DROP TABLE api_key; --", "sk-%", "sk-_______________"})
    void words_of_a_query_language_are_no_key_and_no_session(String word) {
        List<Long> before = rows();
        assertThat(reads()).isNotEmpty().allSatisfy(route -> {
            String path = route.path().replaceAll("\\{[^}]*}", "nothing");
            String gate = route.gate().name();
            boolean isOpen = gate.equals("public") || gate.equals("page for everybody");
            for (String header : List.of("Authorization", "x-goog-api-key", "x-api-key", "Cookie")) {
                if (gate.equals("admin key, or this machine") && !header.equals("Authorization")) {
                    continue; // it is this machine that asks
                }
                String value =
                        switch (header) {
                            case "Authorization" -> "Bearer " + word;
                            case "Cookie" -> "tollgate=" + word.replace(";", ",");
                            default -> word;
                        };
                int status = status(path, header, value);
                if (isOpen) {
                    assertThat(status).as(path).isLessThan(500);
                } else {
                    assertThat(status).as("%s with %s", path, header).isIn(303, 401, 429);
                }
            }
        });
        assertThat(rows()).isEqualTo(before);
    }

    /** There are accounts, keys, calls and people that they would stand for. */
    @ParameterizedTest
    @ValueSource(strings = {"%", "_", "%example%", "member%", "acc_%", "key____", "chatcmpl%", "%25"})
    void a_wildcard_in_a_search_finds_nothing(String wildcard) {
        String q = "?q=" + encoded(wildcard);
        assertThat(staff.get("/console/accounts?q=member@example.org").location())
                .startsWith("/console/accounts/acc_");
        Browser.Page accounts = staff.get("/console/accounts" + q);
        assertThat(accounts.status()).isEqualTo(200);
        assertThat(accounts.body()).doesNotContain("/console/accounts/acc_");
        assertThat(member.get("/dashboard/find?q=lap").location()).startsWith("/dashboard/keys/key_");
        Browser.Page found = member.get("/dashboard/find" + q);
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.body()).doesNotContain("/dashboard/requests/chatcmpl").doesNotContain("/dashboard/keys/key_");
    }

    @Test
    void no_password_is_the_same_in_two_installations_and_none_is_a_known_one() {
        try (Gateway one = Gateway.start();
                Gateway two = Gateway.start()) {
            String hashes = "SELECT password_hash FROM person WHERE role = 'operator'";
            assertThat(one.text(hashes)).isNotEqualTo(two.text(hashes));
            for (String known : List.of("operator", "admin", "password", "123456", "tollgate", "changeme")) {
                assertThat(new Browser(one.url()).signIn("operator", known).status())
                        .as(known)
                        .isNotEqualTo(303);
            }
        }
    }
}
