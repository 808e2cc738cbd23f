package dev.tollgate.customers.people;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** People who try passwords and plant cookies, many at the same time, and what that costs the owners of accounts. */
@Timeout(300)
class GuessingTest {

    private static final String PASSWORD = "nobody would guess this";
    private static final String OPERATORS = "a long enough operator";

    /** Slow enough that parallel checks overlap. */
    private static final int KIBIBYTES = 1_024;

    private static final Pattern SECONDS = Pattern.compile("Try again in (\\d+) seconds");

    private static PortalServer server;
    private static Instant now = Instant.parse("2026-11-20T12:00:00Z");
    private static int people;

    @BeforeAll
    static void start() {
        server = PortalServer.start(
                KIBIBYTES, Map.of("TOLLGATE_OPERATOR_PASSWORD", OPERATORS), "http.trusted-hops", "1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forgotten() {
        later(Duration.ofHours(1));
    }

    private static void later(Duration time) {
        now = now.plus(time);
        server.setNow(now);
    }

    private static Browser from(String address, String... cookies) {
        String sent = String.join("; ", cookies);
        return new Browser(
                server.url(),
                server.url(),
                sent.isEmpty()
                        ? Map.of("x-forwarded-for", address)
                        : Map.of("x-forwarded-for", address, "cookie", sent));
    }

    /** Somebody with an account, signed in, from a network of their own. */
    private static Browser somebody(String login) {
        people++;
        return from("198.18." + people + ".1").signUp(login, PASSWORD);
    }

    private static List<Browser.Page> atOnce(List<Supplier<Browser.Page>> sent) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Browser.Page>> pages = sent.stream()
                    .map(each -> CompletableFuture.supplyAsync(each, threads))
                    .toList();
            return pages.stream().map(CompletableFuture::join).toList();
        }
    }

    private static long saying(List<Browser.Page> pages, String words) {
        return pages.stream().filter(page -> page.body().contains(words)).count();
    }

    private static Supplier<Browser.Page> guess(Browser browser, String login) {
        return browser.opened("/sign-in", "/sign-in", Map.of("login", login, "password", "a wrong password"));
    }

    @Test
    void parallel_guesses_for_a_login_are_checked_five_times() {
        somebody("many@example.org");
        List<Supplier<Browser.Page>> guesses = IntStream.range(0, 34)
                .mapToObj(i -> guess(from("203.0." + i + ".9"), "many@example.org"))
                .toList();
        List<Browser.Page> answers = atOnce(guesses);
        long refused = answers.stream().filter(page -> page.status() == 503).count();
        assertThat(saying(answers, "is wrong")).isEqualTo(5);
        assertThat(saying(answers, "Too many tries")).isEqualTo(29 - refused);
    }

    @Test
    void the_password_asked_for_again_is_counted_before_it_is_checked() {
        Browser operator = from("198.51.100.1");
        operator.signIn("operator", OPERATORS);
        Map<String, String> wrong = Map.of("password", "a wrong password", "to", "/console");
        List<Supplier<Browser.Page>> guesses = IntStream.range(0, 12)
                .mapToObj(i -> operator.opened("/console/prove", "/console/prove", wrong))
                .toList();
        List<Browser.Page> answers = atOnce(guesses);
        long refused = answers.stream().filter(page -> page.status() == 503).count();
        assertThat(saying(answers, "The password is wrong")).isLessThanOrEqualTo(5);
        assertThat(saying(answers, "Too many tries")).isEqualTo(7);
        assertThat(saying(answers, "The password is wrong") + refused).isEqualTo(5);
    }

    /** None of these checks has to be slow. */
    @Test
    void addresses_of_one_network_share_the_tries_of_eight() {
        try (PortalServer quick = PortalServer.start("http.trusted-hops", "1")) {
            quick.setNow(now);
            for (int i = 0; i < 240; i++) {
                assertThat(guessed(quick, "203.0.113." + i, "nobody" + i + "@example.org"))
                        .contains("is wrong");
            }
            assertThat(guessed(quick, "203.0.113.250", "another@example.org")).contains("Too many tries");
            assertThat(guessed(quick, "203.0.114.250", "another@example.org")).contains("is wrong");
        }
    }

    private static String guessed(PortalServer quick, String address, String login) {
        return guess(new Browser(quick.url(), quick.url(), Map.of("x-forwarded-for", address)), login)
                .get()
                .body();
    }

    @Test
    void strangers_keep_a_login_waiting_for_thirty_seconds_at_most() {
        somebody("patient@example.org");
        long longest = 0;
        long wait = 0;
        for (int i = 0; i < 25; i++) {
            later(Duration.ofSeconds(wait));
            Matcher seconds = SECONDS.matcher(
                    guess(from("203.0.115.1"), "patient@example.org").get().body());
            wait = seconds.find() ? Long.parseLong(seconds.group(1)) : 0;
            longest = Math.max(longest, wait);
        }
        assertThat(longest).isEqualTo(31);
        guess(from("203.0.115.1"), "patient@example.org").get();
        assertThat(from("198.18.200.1").signIn("patient@example.org", PASSWORD).location())
                .isEmpty();
        later(Duration.ofSeconds(31));
        assertThat(from("198.18.200.1").signIn("patient@example.org", PASSWORD).location())
                .isEqualTo("/dashboard");
    }

    @Test
    void forty_guessing_addresses_keep_no_owner_out() {
        List<Browser> owners = IntStream.range(0, 8)
                .mapToObj(i -> somebody("owner" + i + "@example.org"))
                .toList();
        owners.forEach(owner -> owner.submit("/dashboard", "/sign-out", Map.of()));
        List<Supplier<Browser.Page>> all = new ArrayList<>();
        for (int i = 0; i < 160; i++) {
            all.add(guess(from("203." + i / 4 + ".113.9"), "owner" + i % 8 + "@example.org"));
        }
        for (int i = 0; i < owners.size(); i++) {
            all.add(owners.get(i)
                    .opened(
                            "/sign-in",
                            "/sign-in",
                            Map.of("login", "owner" + i + "@example.org", "password", PASSWORD)));
        }
        List<Browser.Page> answers = atOnce(all);
        assertThat(answers.subList(160, 168)).allSatisfy(page -> assertThat(page.location())
                .as(page.status() + page.body())
                .isEqualTo("/dashboard"));
    }

    // ---- logins that look like others ----

    @Test
    void a_new_login_shows_all_its_characters_in_one_script() {
        for (String login : List.of(
                "\u0430nn@example.org", // Cyrillic a
                "ann\u200b@example.org",
                "ann\u202e@example.org",
                "ann\u0000@example.org",
                "ann\u00ad@example.org",
                "ann@ex\u0430mple.org")) {
            Browser.Page page = from("198.18.0.2")
                    .submit("/sign-up", "/sign-up", Map.of("email", login, "password", PASSWORD, "zone", "UTC"));
            assertThat(page.status()).as(login).isIn(400, 422);
        }
        for (String login : List.of(
                "\u0430\u043d\u043d\u0430@\u043f\u043e\u0447\u0442\u0430.org",
                "\u5c71\u7530\u308f@example.org",
                "jos\u00e9.m@example.org")) {
            somebody(login);
        }
    }

    @Test
    void a_login_that_exists_signs_in_however_it_looks() {
        somebody("first@example.org");
        String login = "f\u0456\u200erst@example.org";
        server.execute("UPDATE person SET login = '" + login + "' WHERE login = 'first@example.org'");
        assertThat(from("198.18.0.3").signIn(login, PASSWORD).location()).isEqualTo("/dashboard");
    }

    // ---- cookies ----

    private static String session(Browser browser) {
        return Stream.of(browser.cookies().split("; "))
                .filter(cookie -> cookie.startsWith("tollgate="))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void cookies_of_our_name_that_others_planted_hide_no_session() {
        String ours = session(somebody("planted@example.org"));
        byte[] chance = new byte[32];
        String planted = IntStream.range(0, 40)
                .mapToObj(i -> {
                    new SecureRandom().nextBytes(chance);
                    return "tollgate=" + Base64.getUrlEncoder().withoutPadding().encodeToString(chance);
                })
                .collect(Collectors.joining("; "));
        assertThat(from("198.18.0.1", planted, "tollgate=short", ours)
                        .get("/dashboard")
                        .status())
                .isEqualTo(200);
        assertThat(from("198.18.0.1", planted).get("/dashboard").location()).startsWith("/sign-in");
    }

    @Test
    void of_signed_cookies_the_first_eight_are_looked_up() {
        Browser owner = somebody("eight@example.org");
        List<String> ended = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ended.add(session(owner));
            owner.submit("/dashboard", "/sign-out", Map.of());
            owner.signIn("eight@example.org", PASSWORD);
        }
        String seven = String.join("; ", ended.subList(0, 7));
        String eight = String.join("; ", ended);
        assertThat(from("198.18.0.1", seven, session(owner)).get("/dashboard").status())
                .isEqualTo(200);
        assertThat(from("198.18.0.1", eight, session(owner)).get("/dashboard").location())
                .startsWith("/sign-in");
    }
}
