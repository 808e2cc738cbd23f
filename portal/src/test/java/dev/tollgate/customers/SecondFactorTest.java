package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.Totp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A code after the password, for those who want it. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class SecondFactorTest {

    private static final String PASSWORD = "a password and a phone";
    private static final String OPERATORS = "a long enough operator";
    private static final String ADMIN = "an-admin-key-for-tests";
    private static final String PATH = "/dashboard/settings/security/second-factor";
    private static final String CODE = "/sign-in/code";
    private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");
    private static final Pattern SECRET = Pattern.compile("secret=([A-Z2-7]{32})&amp;issuer=Tollgate");
    private static final Pattern SEALED = Pattern.compile("name=\"sealed\" value=\"([^\"]+)\"");
    private static final Pattern RECOVERY = Pattern.compile("[a-z0-9]{4}(-[a-z0-9]{4}){3}");

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static Instant now;
    private static int people;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores, "operator.password", OPERATORS, "admin.key", ADMIN);
        now = BEGIN;
    }

    @BeforeEach
    void begin() {
        later(Duration.ofHours(1)); // what others got wrong is forgotten
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    private static void later(Duration time) {
        now = now.plus(time);
        server.setNow(now);
    }

    /** Somebody with a phone. */
    private record Somebody(Browser browser, String login, String secret, List<String> recovery) {

        static Somebody make() {
            String login = "phone" + people++ + "@example.org";
            return new Somebody(new Browser(server.url()).signUp(login, PASSWORD), login, "", List.of());
        }

        static Somebody withFactor() {
            Somebody plain = make();
            String page = plain.browser.get(PATH).body();
            String secret = found(SECRET, page);
            Browser.Page on = plain.on(found(SEALED, page), Totp.code(secret, now));
            assertThat(on.status()).as(on.body()).isEqualTo(200);
            List<String> codes = RECOVERY.matcher(on.body())
                    .results()
                    .map(MatchResult::group)
                    .toList();
            later(Duration.ofSeconds(30)); // the first code is used
            return new Somebody(plain.browser, plain.login, secret, codes);
        }

        Browser.Page on(String sealed, String code) {
            return browser.submit(PATH, PATH, Map.of("deed", "on", "sealed", sealed, "code", code));
        }

        /** Another browser in which the password was right. */
        Browser halfIn() {
            Browser other = new Browser(server.url());
            assertThat(other.signIn(login, PASSWORD).location()).isEqualTo(CODE + "?to=%2Fdashboard");
            return other;
        }

        String code() {
            return Totp.code(secret, now);
        }

        String wrongCode() {
            return code().equals("123456")
                            || Totp.code(secret, now.minusSeconds(30)).equals("123456")
                    ? "654321"
                    : "123456";
        }
    }

    private static Browser.Page enter(Browser browser, String code) {
        return browser.submit(CODE, CODE, Map.of("code", code, "to", "/dashboard/keys"));
    }

    /** Submits the same form from two browsers, the second before the first has its response. */
    private static List<Integer> atOnce(Browser one, Browser other, Map<String, String> form) {
        return atOnce(List.of(one, other), List.of(form, form));
    }

    private static List<Integer> atOnce(List<Browser> browsers, List<Map<String, String>> forms) {
        // All before the first is sent: with its answer the half sign-in is over.
        List<String> tokens = browsers.stream()
                .map(browser -> found(
                        Pattern.compile("name=\"csrf\" value=\"([^\"]*)\""),
                        browser.get(CODE).body()))
                .toList();
        List<CompletableFuture<PortalServer.Reply>> sent = new ArrayList<>();
        for (int i = 0; i < browsers.size(); i++) {
            Browser browser = browsers.get(i);
            StringBuilder body = new StringBuilder("csrf=" + tokens.get(i));
            forms.get(i)
                    .forEach((name, value) ->
                            body.append('&').append(name).append('=').append(value));
            sent.add(server.sendAside(HttpRequest.newBuilder(URI.create(server.url() + CODE))
                    .header("cookie", browser.cookies())
                    .header("origin", server.url())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))));
        }
        return sent.stream().map(reply -> reply.join().status()).sorted().toList();
    }

    @Test
    void once_it_is_on_the_password_alone_opens_nothing_and_the_session_after_the_code_is_a_new_one() {
        Somebody somebody = Somebody.withFactor();
        Browser browser = somebody.halfIn();
        String before = browser.cookies();
        for (String path : List.of("/dashboard", "/dashboard/settings/security", PATH)) {
            assertThat(browser.get(path).location()).startsWith(CODE);
        }
        assertThat(browser.post("/playground/chat", "", Map.of()).status()).isEqualTo(401);
        Browser.Page page = browser.get(CODE);
        assertThat(page.body()).contains("autocomplete=\"one-time-code\"");
        assertThat(enter(browser, somebody.wrongCode()).body()).contains("This code is wrong");
        assertThat(enter(browser, somebody.code()).location()).isEqualTo("/dashboard/keys");
        assertThat(browser.get("/dashboard").status()).isEqualTo(200);
        assertThat(browser.cookies()).isNotEqualTo(before);
        PortalServer.Reply planted = server.send(
                HttpRequest.newBuilder(URI.create(server.url() + "/dashboard")).header("cookie", before));
        assertThat(planted.header("location")).isEqualTo("/sign-in");
    }

    @Test
    void public_pages_reveal_nothing_of_the_account_to_a_password_alone() {
        Somebody somebody = Somebody.withFactor();
        Browser browser = somebody.halfIn();
        for (String path : List.of("/docs", "/docs/models", "/docs/models/gemini-2.5-pro")) {
            assertThat(browser.get(path).body())
                    .as(path)
                    .contains("href=\"/sign-in\"")
                    .doesNotContain("class=\"balance\"", "data-account=");
        }
        enter(browser, somebody.code());
        assertThat(browser.get("/docs").body()).contains("class=\"balance\"");
    }

    @Test
    void a_code_counts_once_also_where_it_comes_twice_at_the_same_moment() {
        Somebody somebody = Somebody.withFactor();
        Browser one = somebody.halfIn();
        Browser other = somebody.halfIn();
        String code = somebody.code();
        assertThat(atOnce(one, other, Map.of("code", code))).containsExactly(303, 422);
        assertThat(enter(somebody.halfIn(), code).status()).isEqualTo(422);
        later(Duration.ofSeconds(30));
        assertThat(enter(somebody.halfIn(), code).status()).isEqualTo(422);
        assertThat(enter(somebody.halfIn(), somebody.code()).status()).isEqualTo(303);
    }

    @Test
    void the_clock_of_a_phone_may_be_a_step_off_and_no_more() {
        Somebody somebody = Somebody.withFactor();
        later(Duration.ofMinutes(2));
        assertThat(enter(somebody.halfIn(), Totp.code(somebody.secret, now.minusSeconds(60)))
                        .status())
                .isEqualTo(422);
        assertThat(enter(somebody.halfIn(), Totp.code(somebody.secret, now.plusSeconds(60)))
                        .status())
                .isEqualTo(422);
        assertThat(enter(somebody.halfIn(), Totp.code(somebody.secret, now.minusSeconds(30)))
                        .status())
                .isEqualTo(303);
        assertThat(enter(somebody.halfIn(), Totp.code(somebody.secret, now.plusSeconds(30)))
                        .status())
                .isEqualTo(303);
    }

    @Test
    void each_of_ten_recovery_codes_lets_in_once_and_new_ones_take_their_place() {
        Somebody somebody = Somebody.withFactor();
        assertThat(new HashSet<>(somebody.recovery)).hasSize(10);
        String first = somebody.recovery.getFirst();
        assertThat(atOnce(somebody.halfIn(), somebody.halfIn(), Map.of("code", "", "recovery", first)))
                .containsExactly(303, 422);
        Browser sloppy = somebody.halfIn();
        assertThat(enter(sloppy, somebody.recovery.get(1).toUpperCase().replace("-", " "))
                        .status())
                .isEqualTo(303);
        assertThat(sloppy.get("/dashboard/settings/security").body()).contains("8 of 10 recovery codes are left");
        Browser.Page renewed = sloppy.submit(PATH, PATH, Map.of("deed", "codes"));
        List<String> next = RECOVERY.matcher(renewed.body())
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(next).hasSize(10).doesNotContainAnyElementsOf(somebody.recovery);
        assertThat(enter(somebody.halfIn(), somebody.recovery.get(2)).status()).isEqualTo(422);
        assertThat(enter(somebody.halfIn(), next.get(9)).status()).isEqualTo(303);
    }

    @Test
    void two_recovery_codes_for_one_sign_in_use_up_one() {
        Somebody somebody = Somebody.withFactor();
        List<Map<String, String>> forms = somebody.recovery.stream()
                .map(code -> Map.of("code", "", "recovery", code))
                .toList();
        for (int pair = 0; pair < 3; pair++) {
            Browser half = somebody.halfIn();
            atOnce(List.of(half, half), forms.subList(2 * pair, 2 * pair + 2));
            assertThat(server.number("SELECT COUNT(*) FROM recovery_code JOIN person ON person.id = person_id"
                            + " WHERE used_at IS NOT NULL AND login = '" + somebody.login + "'"))
                    .isEqualTo(pair + 1);
        }
    }

    @Test
    void guesses_of_codes_wait_longer_each_time_across_sessions() {
        Somebody somebody = Somebody.withFactor();
        Browser one = somebody.halfIn();
        Browser other = somebody.halfIn();
        for (int i = 0; i < 5; i++) {
            assertThat(enter(one, somebody.wrongCode()).body()).contains("This code is wrong");
        }
        assertThat(enter(other, somebody.code()).body()).contains("Too many tries");
        later(Duration.ofSeconds(2));
        assertThat(enter(other, somebody.wrongCode()).body()).contains("This code is wrong");
        later(Duration.ofMillis(1_500));
        assertThat(enter(one, somebody.code()).body()).contains("Too many tries");
        later(Duration.ofSeconds(1));
        assertThat(enter(one, somebody.code()).status()).isEqualTo(303);
    }

    @Test
    void the_page_for_the_code_expires_after_ten_minutes() {
        Somebody somebody = Somebody.withFactor();
        Browser slow = somebody.halfIn();
        later(Duration.ofMinutes(9));
        assertThat(slow.get(CODE).status()).isEqualTo(200);
        later(Duration.ofMinutes(1));
        assertThat(slow.get(CODE).location()).startsWith("/sign-in?");
    }

    @Test
    void it_is_switched_on_by_a_right_code_alone_after_the_password_again_and_ends_every_other_session() {
        Somebody plain = Somebody.make();
        Browser elsewhere = new Browser(server.url());
        elsewhere.signIn(plain.login, PASSWORD);
        later(Duration.ofMinutes(11));
        assertThat(plain.browser.get(PATH).body()).contains("Password required").doesNotContain("otpauth");
        assertThat(plain.browser
                        .submit(PATH, PATH, Map.of("deed", "prove", "password", "another one"))
                        .body())
                .contains("The password is wrong");
        plain.browser.submit(PATH, PATH, Map.of("deed", "prove", "password", PASSWORD));
        String page = plain.browser.get(PATH).body();
        String secret = found(SECRET, page);
        String sealed = found(SEALED, page);
        String code = Totp.code(secret, now);
        Browser.Page wrong = plain.on(sealed, code.equals("000000") ? "111111" : "000000");
        assertThat(wrong.body()).contains("This code is wrong").contains(secret);
        Browser foreign = Somebody.make().browser;
        assertThat(foreign.submit(PATH, PATH, Map.of("deed", "on", "sealed", sealed, "code", code))
                        .location())
                .isEqualTo(PATH);
        assertThat(server.number(
                        "SELECT COUNT(*) FROM person WHERE totp_secret IS NOT NULL AND login = '" + plain.login + "'"))
                .isZero();
        assertThat(plain.on(sealed, code).body()).contains("Save these recovery codes");
        assertThat(elsewhere.get("/dashboard").location()).isEqualTo("/sign-in");
        assertThat(plain.browser.get("/dashboard").status()).isEqualTo(200);
        plain.browser.submit(PATH, PATH, Map.of("deed", "off"));
        assertThat(elsewhere.signIn(plain.login, PASSWORD).location()).isEqualTo("/dashboard");
    }

    @Test
    void the_disk_holds_neither_the_secret_nor_a_recovery_code() throws IOException {
        Somebody somebody = Somebody.withFactor();
        for (Map.Entry<String, String> file : server.atRest().entrySet()) {
            assertThat(file.getValue().contains(somebody.secret))
                    .as(file.getKey())
                    .isFalse();
            for (String code : somebody.recovery) {
                assertThat(file.getValue().contains(code) || file.getValue().contains(code.replace("-", "")))
                        .as(file.getKey())
                        .isFalse();
            }
        }
    }

    @Test
    void an_operator_removes_a_lost_one_for_a_reason_and_the_audit_log_knows() {
        Somebody somebody = Somebody.withFactor();
        String account = server.text("SELECT account_id FROM person WHERE login = '" + somebody.login + "'");
        String path = "/console/accounts/" + account;
        Browser operator = new Browser(server.url());
        operator.signIn("operator", OPERATORS);
        Map<String, String> deed =
                Map.of("deed", "account.remove_second_factor", "login", somebody.login, "reason", "lost in a lake");
        assertThat(operator.submit(path, path, Map.of("deed", "account.remove_second_factor", "login", somebody.login))
                        .body())
                .contains("A reason is needed");
        Browser waiting = somebody.halfIn();
        String audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'account.remove_second_factor' AND"
                + " actor = 'per_first_operator' AND reason = 'lost in a lake' AND subject = '" + account + "'";
        assertThat(operator.submit(path, path, deed).location()).isEqualTo(path + "?done=account.remove_second_factor");
        assertThat(server.number(audited)).isEqualTo(1);
        assertThat(operator.submit(path, path, deed).status()).isEqualTo(303);
        assertThat(server.number(audited)).isEqualTo(1);
        assertThat(waiting.get(CODE).location()).startsWith("/sign-in?");
        assertThat(new Browser(server.url()).signIn(somebody.login, PASSWORD).location())
                .isEqualTo("/dashboard");
        Somebody next = Somebody.withFactor();
        String api = "/admin/accounts/"
                + server.text("SELECT account_id FROM person WHERE login = '" + next.login + "'")
                + "/remove-second-factor";
        assertThat(server.post(api, "{}", ADMIN).text()).contains("A reason is needed");
        assertThat(server.post(api, "{\"reason\":\"lost\",\"login\":\"nobody\"}", ADMIN)
                        .status())
                .isEqualTo(404);
        assertThat(server.post(api, "{\"reason\":\"lost\"}", ADMIN).text())
                .isEqualTo("{\"removed\":[\"" + next.login + "\"]}");
    }
}
