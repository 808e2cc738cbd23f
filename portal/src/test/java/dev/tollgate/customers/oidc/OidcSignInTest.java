package dev.tollgate.customers.oidc;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.OidcStandIn;
import dev.tollgate.testing.OidcStandIn.User;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.Totp;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Signing in by the word of a provider. */
@Timeout(60)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class OidcSignInTest {

    @Parameter
    Stores stores;

    private static final String PUBLIC = "http://127.0.0.1:9";
    private static final String PASSWORD = "a password beside it";
    private static final String ADMIN_KEY = "an-admin-key-for-tests";
    private static final String OIDC = "/sign-in/oidc";
    private static final String SECURITY = "/dashboard/settings/security";
    private static final String IDENTITY = SECURITY + "/identity";
    private static final String MANAGEMENT_KEY = "/dashboard/keys/new";
    private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");
    private static final Pattern CARRIED = Pattern.compile("name=\"as\" value=\"([^\"]+)\"");

    private static OidcStandIn provider;
    private static PortalServer server;
    private static PortalServer closed;
    private static Instant now = BEGIN;
    private static int people;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        now = BEGIN;
        provider = new OidcStandIn(() -> now);
        server = on(stores, provider.settings(PUBLIC, "http.trusted-hops", "1"));
        provider.status = 500; // away while the other one starts
        closed = on(stores, provider.settings(PUBLIC, "sign-up.open", "false", "http.trusted-hops", "1"));
    }

    private static PortalServer on(Stores stores, String... settings) {
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        return PortalServer.startOn(stores, environment, settings);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
        closed.close();
        provider.close();
    }

    @BeforeEach
    void all_is_well() {
        provider.behave();
        later(Duration.ofMinutes(30)); // what others got wrong is forgotten
    }

    private static void later(Duration time) {
        now = now.plus(time);
        server.setNow(now);
        closed.setNow(now);
    }

    private static User somebody() {
        int number = ++people;
        return new User("sub-" + number, "person" + number + "@example.org", true, "Person " + number);
    }

    /** Each sign-in comes from an address of its own, so that no limit is shared. */
    private static Browser browser(PortalServer at) {
        return new Browser(
                at.url(), at.url(), Map.of("x-forwarded-for", "10.2." + people / 250 + "." + (1 + ++people % 250)));
    }

    private static Browser browser() {
        return browser(server);
    }

    /** To the provider and back. */
    private static Browser.Page through(Browser browser, String path, User user) {
        Browser.Page away = browser.get(path);
        assertThat(away.location()).as(away.body()).startsWith(provider.url() + "/authorize?");
        return browser.get(OIDC + "?" + provider.authorize(away.location(), user));
    }

    /** Makes an account with it. */
    private static Browser joined(Browser browser, String path, User user) {
        String page = through(browser, path, user).location();
        assertThat(browser.submit(page, OIDC, Map.of("as", carried(browser, page), "zone", "UTC"))
                        .status())
                .isEqualTo(303);
        return browser;
    }

    private static Browser joined(User user) {
        return joined(browser(), OIDC, user);
    }

    private static String carried(Browser browser, String page) {
        String body = browser.get(page).body();
        return found(CARRIED, body);
    }

    /** Somebody with a password who has connected it. */
    private static Browser connected(User user, String email) {
        Browser browser = browser().signUp(email, PASSWORD);
        String page = through(browser, OIDC + "?for=connect", user).location();
        assertThat(browser.submit(page, IDENTITY, Map.of("deed", "connect", "as", carried(browser, page)))
                        .location())
                .isEqualTo(IDENTITY + "?done=connected");
        return browser;
    }

    private static boolean isIn(Browser browser) {
        return browser.get("/dashboard").status() == 200;
    }

    private static String column(String column, User user) {
        return server.text("SELECT " + column + " FROM person JOIN person_identity ON person_id = person.id"
                + " WHERE subject = '" + user.subject() + "'");
    }

    // ---- a new person ----

    @Test
    void a_new_person_creates_an_account_by_a_form_and_is_known_afterwards() {
        User user = somebody();
        Browser browser = browser();
        Browser.Page away = browser.get(OIDC);
        Map<String, String> asked =
                OidcStandIn.fields(URI.create(away.location()).getRawQuery());
        assertThat(asked)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", OidcStandIn.CLIENT)
                .containsEntry("redirect_uri", PUBLIC + OIDC)
                .containsEntry("scope", "openid email profile")
                .containsEntry("code_challenge_method", "S256")
                .containsKeys("state", "nonce", "code_challenge")
                .doesNotContainKeys("prompt", "max_age");
        String page = browser.get(OIDC + "?" + provider.authorize(away.location(), user))
                .location();
        assertThat(browser.get(page).body()).contains("New account", user.email(), "50 credits");
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE email = '" + user.email() + "'"))
                .isZero();

        Browser.Page made = browser.submit(page, OIDC, Map.of("as", carried(browser, page), "zone", "Asia/Tokyo"));
        assertThat(made.location()).isEqualTo("/dashboard");
        assertThat(browser.get("/dashboard").body()).contains("50.00");
        assertThat(column("role || ' ' || login || ' ' || zone || ' [' || password_hash || ']'", user))
                .isEqualTo("user " + user.email() + " Asia/Tokyo []");
        assertThat(column("confirmed_at", user)).isNotNull();

        Browser other = browser();
        assertThat(through(other, OIDC, user).location()).isEqualTo("/dashboard");
        assertThat(isIn(other)).isTrue();
        assertThat(browser().signIn(user.email(), "").status()).isEqualTo(422);
    }

    @Test
    void who_has_no_address_gets_credits_to_start_with_once_however_often_the_account_is_deleted() {
        User user = new User("sub-again", null, false, "Again");
        Browser browser = joined(user);
        assertThat(browser.get("/dashboard").body()).contains("50.00");
        String data = "/dashboard/settings/data";
        String login = column("login", user);
        assertThat(through(browser, OIDC + "?for=prove&to=" + data, user).location())
                .isEqualTo(data);
        assertThat(browser.submit(data, data, Map.of("login", login)).location())
                .isEqualTo("/sign-in?said=deleted");
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE name = 'Again'"))
                .isZero();
        Browser again = joined(user);
        assertThat(again.get("/dashboard").body()).doesNotContain("50.00").contains("0.00");
        assertThat(joined(new User("sub-another", null, false, "Another"))
                        .get("/dashboard")
                        .body())
                .contains("50.00");
    }

    @Test
    void an_address_that_the_provider_has_not_seen_to_be_theirs_is_nobodys() {
        String email = "squatted@example.org";
        browser().signUp(email, PASSWORD);
        User user = new User("sub-squatter", email, false, "Squatter");
        joined(user);
        assertThat(column("COALESCE(email, 'none')", user)).isEqualTo("none");
        assertThat(column("COALESCE(confirmed_at, 0)", user)).isEqualTo("0");
        assertThat(server.number(
                        "SELECT COUNT(DISTINCT account_id) FROM person WHERE name IN ('Squatter', '" + email + "')"))
                .isEqualTo(2);
    }

    @Test
    void two_forms_at_once_make_one_account() {
        PortalServer at = server;
        User user = somebody();
        String count = "SELECT COUNT(*) FROM person JOIN account ON account.id = account_id WHERE person.name = '"
                + user.name() + "'";
        List<Browser> browsers = List.of(browser(at), browser(at), browser(at));
        List<Supplier<Browser.Page>> forms = new ArrayList<>();
        for (Browser browser : browsers) {
            String page = through(browser, OIDC, user).location();
            Map<String, String> fields = Map.of("as", carried(browser, page), "zone", "UTC");
            forms.add(browser.opened(page, OIDC, fields));
        }
        List<CompletableFuture<Browser.Page>> made =
                forms.stream().map(CompletableFuture::supplyAsync).toList();
        assertThat(made).allSatisfy(each -> assertThat(each.join().location()).isEqualTo("/dashboard"));
        assertThat(browsers).allMatch(OidcSignInTest::isIn);
        assertThat(at.number(count)).isEqualTo(1);
    }

    // ---- what does not count ----

    private static Arguments wrong(String what, Runnable knob, String said) {
        return Arguments.of(what, knob, said);
    }

    static Stream<Arguments> wrongs() {
        return Stream.of(
                wrong("a changed claim", () -> provider.token = OidcSignInTest::changed, "signature"),
                wrong("a cut signature", () -> provider.token = it -> it.substring(0, it.length() - 8), "signature"),
                wrong("no signature", () -> provider.algorithm = "none", "neither RS256 nor ES256"),
                wrong("a shared secret", () -> provider.algorithm = "HS256", "neither RS256 nor ES256"),
                wrong("another kind", () -> provider.header = it -> it.put("alg", "ES256"), "not among the provider"),
                wrong("an unknown key", () -> provider.header = it -> it.put("kid", "two"), "not among the provider"),
                wrong("no key among two", OidcSignInTest::unnamed, "not among the provider"),
                wrong("an unknown demand", () -> provider.header = it -> it.put("crit", "b64"), "critical header"),
                wrong("another nonce", () -> provider.claims = it -> it.put("nonce", "another"), "another sign-in"),
                wrong("no nonce", () -> provider.claims = it -> it.remove("nonce"), "another sign-in"),
                wrong("another issuer", () -> provider.claims = it -> it.put("iss", "https://e.org"), "another issuer"),
                wrong("another client", () -> provider.claims = it -> it.put("aud", "another"), "another application"),
                wrong("several clients", OidcSignInTest::severalClients, "another application"),
                wrong("another party", () -> provider.claims = it -> it.put("azp", "another"), "another application"),
                wrong("yesterday", () -> provider.claims = it -> it.put("exp", seconds(-61)), "expired"),
                wrong("long made", () -> provider.claims = it -> it.put("iat", seconds(-700)), "expired"),
                wrong("tomorrow", () -> provider.claims = it -> it.put("iat", seconds(62)), "not valid yet"),
                wrong("not before", () -> provider.claims = it -> it.put("nbf", seconds(62)), "not valid yet"),
                wrong("no end", () -> provider.claims = it -> it.remove("exp"), "no validity period"),
                wrong("nobody", () -> provider.claims = it -> it.remove("sub"), "names no person"),
                wrong("a number", () -> provider.claims = it -> it.put("sub", 7), "names no person"),
                wrong("a long name", () -> provider.claims = it -> it.put("sub", "x".repeat(256)), "names no person"),
                wrong("a long token", () -> provider.claims = it -> it.put("x", "x".repeat(16_384)), "longer than"),
                wrong(
                        "no JSON",
                        () -> provider.token = it -> "e30.W10." + it.split("\\.")[2],
                        "neither RS256 nor ES256"),
                wrong("no token", () -> provider.token = it -> "", "token is missing"),
                wrong("a refused code", () -> provider.status = 400, "rejected the sign-in code"),
                wrong("a broken provider", () -> provider.status = 502, "does not respond"));
    }

    private static long seconds(long from) {
        return now.getEpochSecond() + from;
    }

    private static String changed(String token) {
        String[] parts = token.split("\\.");
        int at = parts[1].length() / 2;
        char other = parts[1].charAt(at) == 'A' ? 'B' : 'A';
        return parts[0] + "." + parts[1].substring(0, at) + other + parts[1].substring(at + 1) + "." + parts[2];
    }

    private static void unnamed() {
        later(Duration.ofHours(2)); // what is known of the keys is old
        provider.keyIds = List.of("three", "four");
        provider.header = it -> it.remove("kid");
    }

    private static void severalClients() {
        provider.claims = it -> it.putArray("aud").add(OidcStandIn.CLIENT).add("another");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongs")
    void invalid_responses_of_the_provider_sign_no_one_in(String what, Runnable knob, String said) {
        User user = new User("sub-known", "known@example.org", true, "Known");
        if (server.number("SELECT COUNT(*) FROM person_identity WHERE subject = 'sub-known'") == 0) {
            joined(user);
        }
        Browser browser = browser();
        knob.run();
        String away = browser.get(OIDC).location();
        Browser.Page back = browser.get(OIDC + "?" + provider.authorize(away, user));
        assertThat(back.status()).isIn(422, 503);
        assertThat(back.body()).contains(said, "Acme ID");
        assertThat(isIn(browser)).isFalse();
    }

    @Test
    void the_same_with_nothing_wrong_lets_them_in_also_by_an_elliptic_curve_and_a_minute_of_difference() {
        User user = somebody();
        joined(user);
        provider.algorithm = "ES256";
        provider.claims = it -> it.put("exp", seconds(-59)).put("iat", seconds(59));
        assertThat(through(browser(), OIDC, user).location()).isEqualTo("/dashboard");
        provider.behave();
        provider.claims = it ->
                it.put("azp", OidcStandIn.CLIENT).putArray("aud").add("another").add(OidcStandIn.CLIENT);
        assertThat(through(browser(), OIDC, user).location()).isEqualTo("/dashboard");
    }

    @Test
    void a_new_key_is_fetched_but_not_for_each_unknown_key_id() {
        User user = somebody();
        joined(user);
        later(Duration.ofMinutes(1));
        provider.keyIds = List.of("newer");
        long before = provider.asked("/jwks");
        assertThat(through(browser(), OIDC, user).location()).isEqualTo("/dashboard");
        assertThat(provider.asked("/jwks")).isEqualTo(before + 1);
        provider.header = it -> it.put("kid", "invented");
        for (int i = 0; i < 3; i++) {
            assertThat(through(browser(), OIDC, user).status()).isEqualTo(422);
        }
        assertThat(provider.asked("/jwks")).isEqualTo(before + 1);
    }

    @Test
    void a_state_is_good_in_the_browser_that_began_and_for_a_quarter_of_an_hour() {
        User user = somebody();
        joined(user);
        Browser browser = browser();
        Browser victim = browser();
        victim.get("/sign-in");
        String query = provider.authorize(browser.get(OIDC).location(), user);
        Browser.Page planted = victim.get(OIDC + "?" + query);
        assertThat(planted.status()).isEqualTo(422);
        assertThat(planted.body()).contains("started in another browser");
        assertThat(isIn(victim)).isFalse();
        assertThat(browser.get(OIDC + "?" + query.replace("state=", "state=A")).status())
                .isEqualTo(422);
        assertThat(browser.get(OIDC + "?" + query).location()).isEqualTo("/dashboard");
        Browser slow = browser();
        String late = provider.authorize(slow.get(OIDC).location(), user);
        later(Duration.ofMinutes(15));
        assertThat(slow.get(OIDC + "?" + late).status()).isEqualTo(422);
        assertThat(isIn(slow)).isFalse();
    }

    @Test
    void an_identity_that_was_shown_makes_an_account_in_its_browser_alone() {
        Browser browser = browser();
        String page = through(browser, OIDC, somebody()).location();
        String carried = carried(browser, page);
        Browser other = browser();
        Browser.Page taken = other.submit("/sign-in", OIDC, Map.of("as", carried, "zone", "UTC"));
        assertThat(taken.status()).isEqualTo(422);
        assertThat(other.get(page).body()).contains("started in another browser");
        assertThat(isIn(other)).isFalse();
    }

    @Test
    void a_sign_in_declined_by_the_provider_is_explained() {
        Browser browser = browser();
        String state = OidcStandIn.fields(
                        URI.create(browser.get(OIDC).location()).getRawQuery())
                .get("state");
        assertThat(browser.get(OIDC + "?error=access_denied&state=" + state).body())
                .contains("Acme ID refused the sign-in, or you cancelled it.");
        assertThat(browser.get(OIDC + "?error=%3Cb%3Eno&state=" + state).body())
                .contains("Acme ID refused the sign-in.")
                .doesNotContain("<b>no");
    }

    @Test
    void many_tries_that_do_not_count_have_to_wait() {
        Browser browser = browser();
        for (int i = 0; i < 30; i++) {
            browser.get(OIDC + "?state=wrong");
        }
        assertThat(browser.get(OIDC + "?state=wrong").body()).contains("Too many tries");
    }

    @Test
    void parallel_returns_are_counted_before_they_are_checked() {
        String address = "10.9.0.1";
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<String>> returns = IntStream.range(0, 40)
                    .mapToObj(i -> new Browser(server.url(), server.url(), Map.of("x-forwarded-for", address)))
                    .map(browser -> CompletableFuture.supplyAsync(
                            () -> browser.get(OIDC + "?state=wrong").body(), threads))
                    .toList();
            assertThat(returns.stream().map(CompletableFuture::join).filter(page -> page.contains("Too many tries")))
                    .hasSize(10);
        }
    }

    // ---- who is here already ----

    @Test
    void an_address_that_is_somebodys_is_no_way_in_until_they_have_connected_it_by_a_form_with_their_password() {
        User user = somebody();
        Browser owner = browser().signUp(user.email(), PASSWORD);
        Browser stranger = browser();
        String page = through(stranger, OIDC, user).location();
        assertThat(stranger.get(page).body())
                .contains("An account with this address exists")
                .doesNotContain("Create account");
        assertThat(stranger.submit("/sign-in", OIDC, Map.of("as", as(page), "zone", "UTC"))
                        .body())
                .contains("This address has an account already.");
        assertThat(isIn(stranger)).isFalse();

        later(Duration.ofMinutes(11)); // their password was shown longer ago
        String shown = through(owner, OIDC + "?for=connect", user).location();
        assertThat(shown).startsWith(IDENTITY + "?as=");
        assertThat(owner.get(shown).body()).contains("New connection", user.email());
        assertThat(server.number("SELECT COUNT(*) FROM person_identity WHERE subject = '" + user.subject() + "'"))
                .as("looking changes nothing")
                .isZero();
        Map<String, String> form = Map.of("deed", "connect", "as", carried(owner, shown));
        assertThat(owner.submit(shown, IDENTITY, form).status()).isEqualTo(422);
        Map<String, String> proved = Map.of("deed", "connect", "as", as(shown), "password", PASSWORD);
        assertThat(owner.submit(shown, IDENTITY, proved).location()).isEqualTo(IDENTITY + "?done=connected");
        Browser other = browser();
        assertThat(through(other, OIDC, user).location()).isEqualTo("/dashboard");
        assertThat(column("login", user)).isEqualTo(user.email());

        Map<String, String> away = Map.of("deed", "disconnect", "issuer", provider.url());
        assertThat(owner.submit(IDENTITY, IDENTITY, away).location()).isEqualTo(IDENTITY + "?done=disconnected");
        assertThat(isIn(other)).as("what was begun by it").isFalse();
        assertThat(through(other, OIDC, user).location()).startsWith(OIDC + "?as=");
        assertThat(isIn(owner)).isTrue();
    }

    private static String as(String page) {
        return page.substring(page.indexOf("as=") + 3);
    }

    @Test
    void an_identity_is_one_persons() {
        User user = somebody();
        connected(user, "first-of-two@example.org");
        Browser second = browser().signUp("second-of-two@example.org", PASSWORD);
        String page = through(second, OIDC + "?for=connect", user).location();
        Browser.Page refused = second.submit(page, IDENTITY, Map.of("deed", "connect", "as", carried(second, page)));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("This identity is another account");
        assertThat(column("login", user)).isEqualTo("first-of-two@example.org");
    }

    @Test
    void a_person_without_a_password_proves_identity_at_the_provider_and_keeps_it() {
        User user = somebody();
        Browser browser = joined(user);
        Map<String, String> key = Map.of("name", "manager", "kind", "management", "scope-keys:read", "1");
        assertThat(browser.submit(MANAGEMENT_KEY, MANAGEMENT_KEY, key).body())
                .contains("/sign-in/oidc?for=prove", "Sign in again")
                .doesNotContain("name=\"password\"");

        String prove = OIDC + "?for=prove&to=" + MANAGEMENT_KEY;
        Map<String, String> asked =
                OidcStandIn.fields(URI.create(browser.get(prove).location()).getRawQuery());
        assertThat(asked).containsEntry("prompt", "login").containsEntry("max_age", "0");
        provider.claims = it -> it.put("auth_time", seconds(-61));
        assertThat(through(browser, prove, user).body()).contains("did not ask you to sign in again");
        provider.claims = it -> it.remove("auth_time");
        assertThat(through(browser, prove, user).status()).isEqualTo(422);
        provider.behave();
        assertThat(through(browser, prove, somebody()).body()).contains("This is not the identity at Acme ID");
        assertThat(browser.submit(MANAGEMENT_KEY, MANAGEMENT_KEY, key).status()).isEqualTo(422);
        assertThat(through(browser, prove, user).location()).isEqualTo(MANAGEMENT_KEY);
        assertThat(browser.submit(MANAGEMENT_KEY, MANAGEMENT_KEY, key).body()).contains("Copy this key now");

        Map<String, String> away = Map.of("deed", "disconnect", "issuer", provider.url());
        assertThat(browser.submit(IDENTITY + "?x=1", IDENTITY, away).body())
                .contains("This is your only sign-in method");
        Map<String, String> password = Map.of("deed", "password", "password", PASSWORD);
        assertThat(browser.submit(SECURITY, SECURITY, password).location()).isEqualTo(SECURITY + "?changed=1");
        assertThat(browser().signIn(user.email(), PASSWORD).location()).isEqualTo("/dashboard");
        assertThat(browser.submit(IDENTITY, IDENTITY, away).location()).isEqualTo(IDENTITY + "?done=disconnected");
    }

    @Test
    void a_first_password_is_set_only_by_who_has_shown_lately_that_it_is_them() {
        User user = somebody();
        Browser browser = joined(user);
        Map<String, String> password = Map.of("deed", "password", "password", PASSWORD);
        assertThat(browser.get(SECURITY).body()).doesNotContain("name=\"password\"");
        assertThat(browser.submit("/dashboard/settings", SECURITY, password).body())
                .contains("Sign in again before you set a password");
        assertThat(browser().signIn(user.email(), PASSWORD).status()).isEqualTo(422);
    }

    @Test
    void the_second_factor_is_asked_for_after_it_too_and_each_step_has_a_session_of_its_own() {
        User user = somebody();
        Browser owner = connected(user, "factor-too@example.org");
        String path = SECURITY + "/second-factor";
        String page = owner.get(path).body();
        String secret = found("secret=([A-Z2-7]{32})&amp;", page);
        owner.submit(
                path,
                path,
                Map.of(
                        "deed",
                        "on",
                        "sealed",
                        found("name=\"sealed\" value=\"([^\"]+)\"", page),
                        "code",
                        Totp.code(secret, now)));
        Browser other = browser();
        other.get("/sign-in");
        String planted = other.cookies();
        assertThat(through(other, OIDC + "?to=/dashboard/usage?range=7", user).location())
                .isEqualTo("/sign-in/code?to=%2Fdashboard%2Fusage%3Frange%3D7");
        assertThat(isIn(other)).isFalse();
        String half = other.cookies();
        later(Duration.ofSeconds(30));
        assertThat(other.submit("/sign-in/code", "/sign-in/code", Map.of("code", Totp.code(secret, now)))
                        .location())
                .isEqualTo("/dashboard");
        assertThat(isIn(other)).isTrue();
        assertThat(token(half)).isNotEqualTo(token(other.cookies()));
        assertThat(planted).doesNotContain("tollgate=");
    }

    private static String token(String cookies) {
        return found("tollgate=([^;]+)", cookies);
    }

    @Test
    void a_banned_account_stays_out() {
        User user = somebody();
        joined(user);
        server.administration().deeds().block(By.of(Actor.COMMAND, "abuse"), column("account_id", user), true);
        Browser browser = browser();
        assertThat(through(browser, OIDC, user).body()).contains("This account is banned");
        assertThat(isIn(browser)).isFalse();
    }

    @Test
    void the_way_back_is_kept_and_leads_nowhere_else() {
        User user = somebody();
        joined(user);
        assertThat(browser().get("/sign-in?to=/dashboard/usage").body())
                .contains("href=\"/sign-in/oidc?to=%2Fdashboard%2Fusage\"", "Sign in with Acme ID");
        assertThat(through(browser(), OIDC + "?to=%2Fdashboard%2Fusage%3Frange%3D7", user)
                        .location())
                .isEqualTo("/dashboard/usage?range=7");
        for (String evil : List.of("//evil.example", "https://evil.example", "/%5Cevil.example")) {
            assertThat(through(browser(), OIDC + "?to=" + evil, user).location())
                    .as(evil)
                    .isEqualTo("/dashboard");
        }
    }

    // ---- where sign-up is closed ----

    @Test
    void where_sign_up_is_closed_an_identity_makes_an_account_by_an_invitation_alone() {
        User user = somebody();
        Browser stranger = browser(closed);
        String page = through(stranger, OIDC, user).location();
        assertThat(stranger.get(page).body())
                .contains("only the operator creates accounts")
                .doesNotContain("Create account");
        assertThat(stranger.submit("/sign-in", OIDC, Map.of("as", as(page), "zone", "UTC"))
                        .status())
                .isEqualTo(422);
        assertThat(isIn(stranger)).isFalse();

        String invited = closed.post(
                        "/admin/invitations", "{\"email\":\"guest@example.org\",\"reason\":\"a friend\"}", ADMIN_KEY)
                .json()
                .path("link")
                .asString();
        String link = invited.substring(invited.indexOf("/invite/"));
        Browser guest = browser(closed);
        assertThat(guest.get(link).body()).contains("Continue with Acme ID");
        joined(guest, OIDC + "?invite=" + link.substring("/invite/".length()), user);
        assertThat(isIn(guest)).isTrue();
        assertThat(closed.text("SELECT login FROM person JOIN person_identity ON person_id = person.id"))
                .isEqualTo("guest@example.org");
        assertThat(browser(closed).get(link).status()).as("once").isEqualTo(404);
        assertThat(through(browser(closed), OIDC, user).location()).isEqualTo("/dashboard");
    }

    // ---- the provider ----

    @Test
    void the_secret_goes_into_the_form_if_required_and_a_new_identity_is_mailed() throws Exception {
        assumeTrue(stores == Stores.SQLITE, "the mails and the provider are the same");
        try (OidcStandIn other = new OidcStandIn(() -> now);
                MailBox box = new MailBox();
                PortalServer own =
                        PortalServer.start(other.settings(MailBox.SITE, box.settings("sign-up.open", "true")))) {
            other.takesForms();
            own.setNow(now);
            String email = "teller@example.org";
            Browser browser = new Browser(own.url()).signUp(box, email, PASSWORD);
            Browser.Page away = browser.get(OIDC + "?for=connect");
            String page = browser.get(OIDC + "?" + other.authorize(away.location(), somebody()))
                    .location();
            assertThat(browser.submit(page, IDENTITY, Map.of("deed", "connect", "as", carried(browser, page)))
                            .location())
                    .isEqualTo(IDENTITY + "?done=connected");
            assertThat(other.asked("/token")).isEqualTo(1);
            assertThat(MailBox.text(box.to(email, 2).getLast()))
                    .contains("You can now also sign in", "with Acme ID", "disconnect it");
        }
    }

    @Test
    void an_unreachable_provider_does_not_prevent_a_start_and_is_asked_again() {
        OidcStandIn late = new OidcStandIn(() -> now);
        late.status = 500;
        try (PortalServer own = PortalServer.start(late.settings(PUBLIC))) {
            own.setNow(now);
            PortalServer.await("the look of the start", () -> late.asked("/.well-known/openid-configuration") == 1);
            Browser browser = new Browser(own.url());
            Browser.Page away = browser.get(OIDC);
            assertThat(away.status()).isEqualTo(503);
            assertThat(away.body())
                    .contains("Acme ID cannot be used: its OpenID configuration", "Try again with Acme ID");
            late.status = 200;
            assertThat(browser.get(OIDC).status()).as("not at once").isEqualTo(503);
            assertThat(late.asked("/.well-known/openid-configuration")).isEqualTo(2);
            for (String field : List.of("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")) {
                now = now.plusSeconds(3);
                own.setNow(now);
                late.description = json -> json.put(field, "http://10.0.0.1/x");
                assertThat(browser.get(OIDC).status()).as(field).isEqualTo(503);
            }
            late.behave();
            now = now.plusSeconds(3);
            own.setNow(now);
            assertThat(browser.get(OIDC).location()).startsWith(late.url() + "/authorize?");
            now = now.plusSeconds(3_700);
            own.setNow(now);
            late.status = 500;
            assertThat(browser.get(OIDC).location()).as("what is known is kept").startsWith(late.url());
        } finally {
            late.close();
        }
    }

    @Test
    @Timeout(8)
    void a_provider_that_hangs_or_never_ends_is_waited_for_and_read_within_bounds() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort();
            OidcClient client = new OidcClient(URI.create(url), "id", "secret", "Acme ID", PUBLIC + OIDC);
            try (ProviderCalls calls = new ProviderCalls(Outbound.direct(vertx), client, 200)) {
                assertThat(failure(calls, url)).contains("does not respond");
            }
        } finally {
            vertx.close();
        }
        provider.description = json ->
                json.put("x", "x".repeat(256 * 1024)).put("authorization_endpoint", provider.url() + "/elsewhere");
        later(Duration.ofHours(2));
        long before = provider.asked("/.well-known/openid-configuration");
        assertThat(browser().get(OIDC).location())
                .as("what is known is kept")
                .startsWith(provider.url() + "/authorize?");
        assertThat(provider.asked("/.well-known/openid-configuration")).isEqualTo(before + 1);
    }

    private static String failure(ProviderCalls calls, String url) {
        try {
            return "it answered " + calls.get(URI.create(url)).status();
        } catch (OidcFailure e) {
            return e.sentence().english();
        }
    }

    @Test
    void without_settings_there_is_nothing_of_it_and_half_of_them_are_refused() {
        assertThat(new Browser(closed.url()).get("/sign-in").body()).contains("Acme ID");
        try (PortalServer without = PortalServer.start()) {
            Browser browser = new Browser(without.url());
            assertThat(browser.get(OIDC).status()).isEqualTo(404);
            assertThat(browser.get("/sign-in").body()).doesNotContain("Sign in with");
        }
        assertThatThrownBy(() -> PortalServer.start("oidc.issuer", "https://id.example.org", "public.url", PUBLIC))
                .hasMessageContaining("oidc.client-secret");
        assertThatThrownBy(() -> PortalServer.start("oidc.issuer", "http://id.example.org"))
                .hasMessageContaining("https");
    }

    @Test
    void the_start_names_the_issuer_that_it_expected_and_the_one_it_got() {
        try (OidcStandIn other = new OidcStandIn(() -> now);
                LogCapture log = new LogCapture()) {
            other.description = json -> json.put("issuer", other.url() + "/");
            try (PortalServer _ = on(stores, other.settings(PUBLIC))) {
                PortalServer.await("the look", () -> log.text().contains("oidc.issuer is"));
            }
            assertThat(log.text())
                    .contains("its issuer is '" + other.url() + "/', but oidc.issuer is '" + other.url() + "'");
        }
    }
}
