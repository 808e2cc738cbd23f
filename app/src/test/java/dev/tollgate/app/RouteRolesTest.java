package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each role calls each page and sends each form of an organization; the table in the documentation says what it may. */
@Order(19)
class RouteRolesTest {

    private static final String PASSWORD = "a member with one of the roles";
    private static final String SETTINGS = "/dashboard/settings";
    private static final Pattern OF_MEMBERS = Pattern.compile("page (for members|that listens), ([A-Z_]+)( partly)?");
    /** The columns of the table of rights, by which it is recognized. */
    private static final int COLUMNS = 7;

    private static final Set<String> WHOLE = Set.of("✓", "all", "see");

    /** What the signed-in person does for themselves, member or not. */
    private static final Set<String> OWN = Set.of(
            SETTINGS,
            SETTINGS + "/notices",
            SETTINGS + "/view",
            SETTINGS + "/organizations",
            SETTINGS + "/email",
            SETTINGS + "/security/identity",
            SETTINGS + "/security",
            SETTINGS + "/security/second-factor",
            SETTINGS + "/data",
            SETTINGS + "/export");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<MemberRole, Browser> MEMBERS = new EnumMap<>(MemberRole.class);
    private static Gateway gateway;
    private static Browser stranger;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        String account = "";
        for (MemberRole role : MemberRole.values()) {
            String login = role.text() + "@example.org";
            MEMBERS.put(role, new Browser(gateway.url()).signUp(login, PASSWORD));
            String person = gateway.text("SELECT id FROM person WHERE login = '" + login + "'");
            if (role == MemberRole.OWNER) {
                account = gateway.text("SELECT account_id FROM person WHERE id = '" + person + "'");
            } else {
                gateway.execute("UPDATE member SET account_id = '" + account + "', role = '" + role.text()
                        + "' WHERE person_id = '" + person + "'");
            }
        }
        gateway.setNow(gateway.now().plus(Duration.ofHours(1))); // one address makes five accounts an hour
        stranger = new Browser(gateway.url()).signUp("stranger@example.org", PASSWORD);
        gateway.execute("UPDATE member SET left_at = 1 WHERE person_id ="
                + " (SELECT id FROM person WHERE login = 'stranger@example.org')");
    }

    @AfterAll
    static void stop() {
        MEMBERS.clear();
        gateway.close();
    }

    /** Returns the rows of the table in the documentation: the name, then the cells. */
    private static List<List<String>> documented() {
        List<List<String>> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("docs/organizations.md"))) {
                if (line.startsWith("| ") && !line.startsWith("| |") && line.split(" \\| ").length == COLUMNS) {
                    rows.add(Arrays.stream(line.substring(2, line.length() - 2).split(" \\| "))
                            .toList());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static boolean mayByTheDocumentation(Right right, MemberRole role, boolean isPartly) {
        String cell = documented().get(right.ordinal()).get(1 + role.ordinal());
        return isPartly ? !cell.equals("–") : WHOLE.contains(cell);
    }

    @Test
    void the_documentation_has_the_table_of_the_code() {
        assertThat(documented())
                .isEqualTo(Arrays.stream(Right.values()).map(Right::row).toList());
    }

    /** The paths below those of pages that programs ask by key: {@code RouteGatesTest} has them. */
    private static final Set<String> BY_KEY = Set.of("/dashboard/billing/subscription", "/dashboard/billing/usage");

    private static List<Route<?>> pages() {
        return gateway.app().routes().stream()
                .filter(route -> route.path().startsWith("/dashboard") && !BY_KEY.contains(route.path())
                        || OF_MEMBERS.matcher(route.gate().name()).matches()
                        || route.gate().name().equals("calls of a page"))
                .collect(Collectors.toList());
    }

    @Test
    void each_page_of_an_account_has_a_right_or_is_the_persons_own() {
        assertThat(pages()).isNotEmpty().allSatisfy(route -> {
            String gate = route.gate().name();
            assertThat(OF_MEMBERS.matcher(gate).matches()
                            || gate.equals("calls of a page")
                            || (gate.equals("page for who is signed in") && OWN.contains(route.path())))
                    .as(route.method() + " " + route.path() + ": " + gate)
                    .isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void a_role_gets_exactly_the_pages_and_forms_of_its_rights(MemberRole role) {
        String token = token(MEMBERS.get(role));
        assertThat(pages()).allSatisfy(route -> {
            Matcher gate = OF_MEMBERS.matcher(route.gate().name());
            if (gate.matches() || route.gate().name().equals("calls of a page")) {
                boolean isPartly = gate.matches() && gate.group(3) != null;
                Right right = gate.matches() ? Right.valueOf(gate.group(2)) : Right.PLAYGROUND;
                boolean isRefused = ask(route, MEMBERS.get(role), token).contains("Your role in this organization");
                assertThat(isRefused)
                        .as(role + ": " + route.method() + " " + route.path())
                        .isEqualTo(!mayByTheDocumentation(right, role, isPartly));
            }
        });
    }

    @Test
    void who_is_no_member_gets_none_of_an_accounts_pages() {
        String token = token(stranger);
        assertThat(pages()).filteredOn(route -> !OWN.contains(route.path())).allSatisfy(route -> assertThat(
                        ask(route, stranger, token))
                .as(route.path())
                .matches("(?s)(303 .*|204 .*|403 .*(not a member|Your role in this organization).*)"));
    }

    @ParameterizedTest
    @EnumSource
    void each_link_of_the_menu_leads_somewhere(MemberRole role) {
        Browser member = MEMBERS.get(role);
        Matcher link = Pattern.compile("class=\"item\" href=\"([^\"]+)\"")
                .matcher(member.get(SETTINGS).body());
        while (link.find()) {
            assertThat(member.get(link.group(1)).status())
                    .as(role + ": " + link.group(1))
                    .isEqualTo(200);
        }
    }

    private static String token(Browser browser) {
        return found("name=\"csrf\" value=\"([^\"]*)\"", browser.get(SETTINGS).body());
    }

    /** Returns the status and the begin of the body: a stream of events would not end. */
    private static String ask(Route<?> route, Browser browser, String token) {
        boolean isForm = route.gate().name().startsWith("page");
        HttpRequest.BodyPublisher body = isForm
                ? HttpRequest.BodyPublishers.ofString("csrf=" + token)
                : HttpRequest.BodyPublishers.ofString("{}");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(gateway.url() + route.path().replaceAll("\\{[^}]*}", "nothing")))
                .header("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json")
                .header("Origin", gateway.url())
                .header("x-csrf-token", token)
                .header("Cookie", browser.cookies())
                .method(route.method(), route.method().equals("GET") ? HttpRequest.BodyPublishers.noBody() : body)
                .build();
        try {
            HttpResponse<InputStream> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream begin = answer.body()) {
                int length = answer.statusCode() == 403 ? 2_000 : 0;
                return answer.statusCode() + " " + new String(begin.readNBytes(length), StandardCharsets.UTF_8);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(route.path(), e);
        }
    }
}
