package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every role calls every route: roles that its gate does not name get no further than the gate. */
@Order(19)
class RouteGatesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    /** A status without a particular role: an accepted caller may still get a 404. */
    private static final int IN = 0;

    private enum Role {
        NOBODY,
        CUSTOMER,
        GOOGLES_CLIENT,
        ANTHROPICS_CLIENT,
        MANAGER,
        OPERATOR,
        /** A customer's session in a browser. */
        MEMBER,
        /** An operator's. */
        STAFF
    }

    /** What each gate says to each role. */
    private static final Map<String, Map<Role, Integer>> GATES = Map.ofEntries(
            Map.entry("public", said(IN, IN, IN, IN, IN, IN, IN, IN)),
            Map.entry("API or management key", said(401, IN, 401, 401, IN, 401, 401, 401)),
            Map.entry("API key", said(401, IN, 401, 401, 403, 401, 401, 401)),
            Map.entry(
                    "API or management key, also as Google's or Anthropic's clients send it",
                    said(401, IN, IN, IN, IN, 401, 401, 401)),
            Map.entry(
                    "API or management key, also as Google's clients send it",
                    said(401, IN, IN, 401, IN, 401, 401, 401)),
            Map.entry(
                    "API key, also as Google's or Anthropic's clients send it",
                    said(401, IN, IN, IN, 403, 401, 401, 401)),
            Map.entry("API key, also as Google's clients send it", said(401, IN, IN, 401, 403, 401, 401, 401)),
            Map.entry("API key, also as Anthropic's clients send it", said(401, IN, 401, IN, 403, 401, 401, 401)),
            Map.entry("API or management key with usage:read", said(401, IN, 401, 401, IN, 401, 401, 401)),
            Map.entry("account's API or management key with usage:read", said(401, IN, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with keys:read", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with keys:write", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with usage:read", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with members:read", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with members:write", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with budgets:write", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("management key with audit:read", said(401, 403, 401, 401, IN, 401, 401, 401)),
            Map.entry("address of an upload", said(404, 404, 404, 404, 404, 404, 404, 404)),
            Map.entry("Stripe's signature", said(404, 404, 404, 404, 404, 404, 404, 404)),
            Map.entry("admin key", said(401, 403, 401, 401, 403, IN, 401, 401)),
            // all calls here send an origin, as pages do: MetricsTest calls without one
            Map.entry("admin key, or this machine", said(401, 403, 401, 401, 403, IN, 401, 401)),
            Map.entry("page for everybody", said(IN, IN, IN, IN, IN, IN, IN, IN)),
            Map.entry("page for whose password was right", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for who is signed in", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, USAGE partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, BALANCE", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, PAY", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, AUDIT_LOG", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, MEMBERS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, WEBHOOKS", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, ORGANIZATION", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, BUDGETS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, TEAMS", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, TEAM_PEOPLE partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, SET_MEMBERS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, KEYS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, PERSONAL_KEYS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, KEY_LIMITS partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page for members, PLAYGROUND partly", said(303, 303, 303, 303, 303, 303, IN, IN)),
            Map.entry("page that listens, USAGE partly", said(204, 204, 204, 204, 204, 204, IN, IN)),
            Map.entry("calls of a page", said(401, 401, 401, 401, 401, 401, 403, 403)),
            Map.entry("page for operators", said(303, 303, 303, 303, 303, 303, 403, IN)));

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Gateway gateway;
    private static Customer customer;
    private static String managementKey;
    private static String member;
    private static String staff;

    private static Map<Role, Integer> said(
            int nobody, int customer, int google, int anthropic, int manager, int operator, int member, int staff) {
        return Map.of(
                Role.MEMBER, member,
                Role.STAFF, staff,
                Role.NOBODY, nobody,
                Role.CUSTOMER, customer,
                Role.GOOGLES_CLIENT, google,
                Role.ANTHROPICS_CLIENT, anthropic,
                Role.MANAGER, manager,
                Role.OPERATOR, operator);
    }

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", "the operator of the tests"));
        member = new Browser(gateway.url())
                .signUp("member@example.org", "the member of the tests")
                .cookies();
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", "the operator of the tests");
        staff = operator.cookies();
        customer = gateway.customer("1");
        managementKey = managementKey(EnumSet.allOf(Scope.class));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    static Stream<String> gates() {
        return GATES.keySet().stream().sorted();
    }

    /** The one form without a token: pages that strangers share cannot hold one (L19). Its origin is checked. */
    private static final String TOKENLESS = "/language";

    private static Stream<Route<?>> behind(String gate) {
        return gateway.app().routes().stream()
                .filter(route -> route.gate().name().equals(gate));
    }

    @Test
    void every_route_has_a_gate_that_is_known_here() {
        assertThat(gateway.app().routes())
                .allSatisfy(route -> assertThat(GATES).containsKey(route.gate().name()));
    }

    @ParameterizedTest
    @MethodSource("gates")
    void a_gate_accepts_only_the_roles_that_it_names(String gate) {
        assertThat(behind(gate)).isNotEmpty().allSatisfy(route -> GATES.get(gate)
                .forEach((role, said) -> {
                    int status = ask(route, role);
                    if (said == IN && route.path().equals(TOKENLESS)) {
                        assertThat(status).as("%s by %s", route.path(), role).isEqualTo(303);
                    } else if (said == IN && route.method().equals("POST") && gate.startsWith("page")) {
                        assertThat(status)
                                .as("a form at %s without a token by %s", route.path(), role)
                                .isEqualTo(403);
                    } else if (said == IN) {
                        assertThat(status).as("%s by %s", route.path(), role).isNotIn(401, 403);
                    } else {
                        assertThat(status).as("%s by %s", route.path(), role).isEqualTo(said);
                    }
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "google/models/nothing", "models/nothing:tuned"})
    void no_served_address_is_called_a_wrong_one(String value) {
        assertThat(gateway.app().routes()).allSatisfy(route -> {
            String path = route.path().replaceAll("\\{[^}]*\\.\\.\\.}", value).replaceAll("\\{[^}]*}", "nothing");
            HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .method(route.method(), HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(CLIENT.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .as("%s %s", route.method(), path)
                    .doesNotContain("The right one is");
        });
    }

    @ParameterizedTest
    @EnumSource
    void a_route_takes_only_management_keys_with_its_scope(Scope scope) {
        String with = managementKey(Set.of(scope));
        String without = managementKey(EnumSet.complementOf(EnumSet.of(scope)));
        assertThat(gateway.app().routes())
                .filteredOn(route -> route.gate().name().endsWith("management key with " + scope.code()))
                .isNotEmpty()
                .allSatisfy(route -> {
                    assertThat(ask(route, "Authorization", "Bearer " + with))
                            .as("%s %s", route.method(), route.path())
                            .isNotIn(401, 403);
                    Gateway.Reply refused = gateway.send(request(route, "Authorization", "Bearer " + without));
                    assertThat(refused.status()).as(route.path()).isEqualTo(403);
                    assertThat(refused.error().get("message").asString()).contains("'" + scope.code() + "'");
                });
    }

    private static String managementKey(Set<Scope> scopes) {
        return gateway.commands()
                .createKey(
                        customer.account(),
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(scopes))
                .secret();
    }

    @Test
    void a_banned_accounts_key_is_a_401_on_every_route_that_takes_a_key() {
        Customer banned = gateway.customer("1");
        assertThat(gateway.get("/v1/credits", banned.key()).status()).isEqualTo(200);
        gateway.app().administration().deeds().block(By.of(Actor.COMMAND, "abuse"), banned.account(), true);
        assertThat(gateway.app().routes())
                .filteredOn(route -> route.gate().name().contains("API"))
                .isNotEmpty()
                .allSatisfy(route -> assertThat(ask(route, "Authorization", "Bearer " + banned.key()))
                        .as(route.path())
                        .isEqualTo(401));
    }

    /** In the form of each door; the secret is checked first. */
    @Test
    void a_paused_teams_key_is_a_403_on_every_route_that_takes_a_key() {
        String account = customer.account();
        gateway.execute("INSERT INTO team (id, account_id, name, created_at, paused) VALUES ('team_shop', '" + account
                + "', 'Shop', 1, 1)");
        for (String owner : List.of("", "mem_some")) {
            KeyResult.Made made = gateway.commands().createKey(account, KeySettings.named("of" + owner));
            gateway.own(made.key().id(), owner, "team_shop");
            assertThat(gateway.app().routes())
                    .filteredOn(route -> route.gate().name().matches("(.* )?(API|management) key.*"))
                    .hasSizeGreaterThan(40)
                    .allSatisfy(route -> {
                        HttpResponse<String> refused = CLIENT.send(
                                request(route, "Authorization", "Bearer " + made.secret())
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                        assertThat(refused.statusCode()).as(route.path()).isEqualTo(403);
                        assertThat(refused.body()).as(route.path()).contains("The team 'Shop' is paused.");
                    });
        }
    }

    @Test
    void the_path_shows_whether_a_route_is_public_or_the_operators() {
        assertThat(behind("admin key"))
                .allSatisfy(route -> assertThat(route.path()).startsWith("/admin/"));
        assertThat(gateway.app().routes())
                .filteredOn(route -> route.path().startsWith("/admin"))
                .allSatisfy(route -> assertThat(route.gate().name()).isEqualTo("admin key"));
        assertThat(behind("public").map(Route::path))
                .isSubsetOf(Set.of(
                        "/images/files/{name}", // the name is a secret
                        "/v1/images/files/{name}",
                        "/audio/models", // as the price list, which anyone may read
                        "/v1/audio/models",
                        "/audio/voices",
                        "/v1/audio/voices",
                        "/health/live",
                        "/health/ready",
                        "/health/startup",
                        "/assets/{hash}/{file}",
                        "/favicon.ico",
                        "/robots.txt",
                        "/openapi.json"));
        assertThat(behind("page for operators"))
                .allSatisfy(route -> assertThat(route.path()).startsWith("/console"));
        assertThat(gateway.app().routes())
                .filteredOn(route -> route.path().startsWith("/console"))
                .allSatisfy(route -> assertThat(route.gate().name()).isEqualTo("page for operators"));
    }

    private static int ask(Route<?> route, Role role) {
        return switch (role) {
            case NOBODY -> ask(route, "x-nothing", "nothing");
            case CUSTOMER -> ask(route, "Authorization", "Bearer " + customer.key());
            case GOOGLES_CLIENT -> ask(route, "x-goog-api-key", customer.key());
            case ANTHROPICS_CLIENT -> ask(route, "x-api-key", customer.key());
            case MANAGER -> ask(route, "Authorization", "Bearer " + managementKey);
            case OPERATOR -> ask(route, "Authorization", "Bearer " + ADMIN_KEY);
            case MEMBER -> ask(route, "Cookie", member);
            case STAFF -> ask(route, "Cookie", staff);
        };
    }

    /** Google says of a file or of cached contents that are not there that they may be another's. */
    private static boolean isAccepted(HttpResponse<InputStream> answer) throws IOException {
        String text = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        return text.contains("or it may not exist") || text.contains("(or permission denied)");
    }

    private static int ask(Route<?> route, String header, String value) {
        try {
            HttpResponse<InputStream> answer =
                    CLIENT.send(request(route, header, value).build(), HttpResponse.BodyHandlers.ofInputStream());
            boolean isNoFile = answer.statusCode() == 403 && route.path().endsWith("/{id}") && isAccepted(answer);
            answer.body().close(); // a stream of events would not end
            return isNoFile ? 404 : answer.statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(route.path(), e);
        }
    }

    private static HttpRequest.Builder request(Route<?> route, String header, String value) {
        String path = route.path().replaceAll("\\{[^}]*}", "nothing");
        boolean isForm =
                route.gate().name().startsWith("page") && route.method().equals("POST");
        return HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json")
                .header("Origin", gateway.url())
                .header(header, value)
                .method(
                        route.method(),
                        route.method().equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString("{}"));
    }
}
