package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other sites, other people and who plants cookies try with the pages. */
class PageSecurityTest {

    private static final String PASSWORD = "the password of the tests";
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]*)\"");

    private static Gateway gateway;
    private static Browser ann;
    private static Browser bob;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_OPERATOR_PASSWORD", PASSWORD), "sign-up.credits", "50");
        ann = new Browser(gateway.url()).signUp("ann@example.org", PASSWORD);
        bob = new Browser(gateway.url()).signUp("bob@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String token(Browser.Page page) {
        return found(TOKEN, page.body());
    }

    @Test
    void the_token_of_one_persons_form_is_good_in_no_other_session() {
        String annsToken = token(ann.get("/dashboard/keys/new"));
        assertThat(bob.post("/dashboard/keys/new", annsToken, Map.of("name", "stolen"))
                        .status())
                .isEqualTo(403);
        assertThat(gateway.number("SELECT COUNT(*) FROM api_key WHERE name = 'stolen'"))
                .isZero();
        assertThat(ann.post("/dashboard/keys/new", annsToken, Map.of("name", "ann's"))
                        .status())
                .isNotEqualTo(403);
    }

    @Test
    void a_session_that_was_planted_before_signing_in_opens_nothing_after_it() {
        Browser eve = new Browser(gateway.url());
        eve.get("/sign-in");
        String planted = eve.cookies();
        Browser.Page signedIn = eve.signIn("ann@example.org", PASSWORD);
        assertThat(signedIn.status()).isEqualTo(303);
        String session = signedIn.header("set-cookie").split("[=;]", 3)[1];
        assertThat(planted).doesNotContain(session);
        Browser.Page again = new Browser(gateway.url(), gateway.url(), Map.of("cookie", planted)).get("/dashboard");
        assertThat(again.location()).startsWith("/sign-in");
        Browser.Page second = new Browser(gateway.url()).signIn("ann@example.org", PASSWORD);
        assertThat(second.header("set-cookie").split("[=;]", 3)[1])
                .as("another each time")
                .isNotEqualTo(session);
    }

    @Test
    void no_page_may_be_framed_kept_or_load_anything_of_others() {
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", PASSWORD);
        Stream<String> paths = gateway.app().routes().stream()
                .filter(route -> route.method().equals("GET")
                        && route.gate().name().startsWith("page")
                        && !route.path().contains("{")
                        && !route.path().endsWith("/live")
                        && !route.path().endsWith(".csv"))
                .map(route -> route.path());
        assertThat(paths).hasSizeGreaterThan(20).allSatisfy(path -> {
            for (Browser browser : List.of(new Browser(gateway.url()), ann, operator)) {
                Browser.Page page = browser.get(path);
                if (page.status() == 303) {
                    continue;
                }
                assertThat(page.header("content-security-policy"))
                        .as(path)
                        .contains(
                                "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
                        .doesNotContain("unsafe", "*", "http");
                assertThat(page.header("x-content-type-options")).as(path).isEqualTo("nosniff");
                assertThat(page.header("referrer-policy")).as(path).isEqualTo("same-origin");
                assertThat(page.header("cache-control")).as(path).contains("no-store");
                assertThat(page.header("cross-origin-opener-policy")).as(path).isEqualTo("same-origin");
                assertThat(page.header("access-control-allow-origin")).as(path).isEmpty();
                assertThat(page.body()).as(path).doesNotContainPattern("<[a-z]+ ([^>]*\\s)?(style|on[a-z]+)=\"");
            }
        });
    }

    @Test
    void who_tries_passwords_learns_from_no_answer_who_has_an_account() {
        Browser.Page known = new Browser(gateway.url()).signIn("bob@example.org", "not the password");
        Browser.Page unknown = new Browser(gateway.url()).signIn("nobody@example.org", "not the password");
        assertThat(known.status()).isEqualTo(unknown.status()).isEqualTo(422);
        assertThat(without(known, "bob@example.org")).isEqualTo(without(unknown, "nobody@example.org"));
    }

    /** Removes the parts that differ on each page. */
    private static String without(Browser.Page page, String login) {
        return TOKEN.matcher(page.body()).replaceAll("").replace(login, "");
    }

    @Test
    void what_is_anothers_is_not_there() {
        Browser.Page made = ann.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "private"));
        assertThat(made.status()).isLessThan(400);
        String key = gateway.text("SELECT id FROM api_key WHERE name = 'private'");
        assertThat(ann.get("/dashboard/keys/" + key).status()).isEqualTo(200);
        assertThat(bob.get("/dashboard/keys/" + key).status()).isEqualTo(404);
        String body =
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        assertThat(ann.call("/playground", "/playground/chat", body).status()).isEqualTo(200);
        String task = gateway.text("SELECT MAX(id) FROM call");
        assertThat(ann.get("/dashboard/requests/" + task).status()).isEqualTo(200);
        assertThat(bob.get("/dashboard/requests/" + task).body()).contains("No such request in this account");
        assertThat(bob.get("/dashboard/find?q=" + task).location()).doesNotContain(task);
        assertThat(bob.call("/playground", "/playground/calls/" + task).status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", ""})
    void pages_are_shown_under_no_foreign_name(String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.app().port())) {
            socket.getOutputStream()
                    .write(("GET /sign-in HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).containsPattern("^HTTP/1.1 4(21|00) ").doesNotContain("name=\"password\"");
        }
    }

    @Test
    void who_has_signed_out_is_out_though_the_cookie_was_kept() {
        Browser browser = new Browser(gateway.url()).signUp("carl@example.org", PASSWORD);
        String kept = browser.cookies();
        assertThat(browser.submit("/dashboard", "/sign-out", Map.of()).status()).isEqualTo(303);
        Browser.Page again = new Browser(gateway.url(), gateway.url(), Map.of("cookie", kept)).get("/dashboard");
        assertThat(again.location()).startsWith("/sign-in");
    }

    @Test
    void robots_txt_excludes_the_pages_of_accounts() {
        assertThat(new Browser(gateway.url()).get("/robots.txt").body().lines())
                .contains("User-agent: *", "Disallow: /dashboard", "Disallow: /console", "Disallow: /reset/");
    }
}
