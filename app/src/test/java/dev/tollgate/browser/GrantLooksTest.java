package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of an account with grants, a plan and a price group, as people see them. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class GrantLooksTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CALL =
            "{\"model\":\"gemini-3-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static Gateway gateway;
    private static Browser member;
    private static Browser operator;
    private static String account;
    private static String call;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_OPERATOR_PASSWORD", PASSWORD, "TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        gateway.setNow(NOW);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
        account = gateway.text("SELECT account_id FROM person WHERE login = 'member@example.org'");
        admin("PUT", "/admin/groups/a-partner-of-many-years-in-town", "{\"factor\":850,%s}");
        admin("PUT", "/admin/accounts/" + account + "/group", "{\"group\":\"a-partner-of-many-years-in-town\",%s}");
        gateway.setNow(NOW.plus(Duration.ofSeconds(1))); // the group is in force
        grant("\"credits\":0.3,\"expires_at\":\"2026-11-20T13:00:00Z\"");
        grant("\"credits\":12345.678901,\"expires_at\":\"2026-12-27T00:00:00Z\","
                + "\"limits\":[{\"hours\":5,\"credits\":20},{\"hours\":744,\"credits\":6000.000001}]");
        grant(
                "\"credits\":0.2,\"expires_at\":\"2026-11-27T00:00:00Z\",\"models\":[\"gemini-3-*\",\"gemini-2.5-pro\","
                        + "\"gemini-2.5-flash\",\"gemini-2.5-flash-lite-preview-09-2025*\",\"a/model/with-a-very-long-name-indeed*\"]");
        grant("\"credits\":50,\"models\":[\"gemini-2.5-flash\"]");
        admin("POST", "/admin/accounts/" + account + "/grants/4/end", "{%s}");
        String key = admin("POST", "/admin/accounts/" + account + "/keys", "{\"name\":\"a laptop\",%s}")
                .json()
                .get("key")
                .asString();
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 600, 0)));
        assertThat(gateway.post("/v1/chat/completions", CALL, key).status()).isEqualTo(200);
        gateway.writeWhatRides();
        call = gateway.text("SELECT id FROM call");
        admin("POST", "/admin/tasks/" + call + "/refunds", "{\"credits\":0.1,%s}");
        admin(
                "PUT",
                "/admin/plans/family-and-friends",
                "{\"name\":\"Family and friends of the house in town\",\"cents\":12345,\"period\":\"month\",\"credits\":1234.5,"
                        + "\"models\":[\"gemini-3-*\",\"gemini-2.5-*\"],\"group\":\"a-partner-of-many-years-in-town\","
                        + "\"limits\":[{\"hours\":5,\"credits\":20}],%s}");
        admin("POST", "/admin/accounts/" + account + "/plan", "{\"plan\":\"family-and-friends\",\"periods\":12,%s}");
        gateway.setNow(NOW.plus(Duration.ofHours(2)));
        grant("\"credits\":1,\"models\":[\"gemini-2.5-flash\"]"); // lets what has expired leave
    }

    private static void grant(String members) {
        admin("POST", "/admin/accounts/" + account + "/grants", "{" + members + ",%s}");
    }

    private static Gateway.Reply admin(String method, String path, String body) {
        Gateway.Reply reply =
                gateway.send(method, path, body.formatted("\"reason\":\"a gift for the project\""), ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void an_account_with_grants_is_accessible_and_fits(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(member.cookies())) {
            look(visit, "/dashboard", "grants-overview");
            look(visit, "/dashboard/billing", "grants-billing");
            look(visit, "/dashboard/billing/ledger", "grants-ledger");
            look(visit, "/dashboard/billing/statements/2026-11", "grants-statement");
            look(visit, "/dashboard/requests/" + call, "grants-request");
            look(visit, "/docs/models/gemini-3-pro", "group-model");
            look(visit, "/docs/models", "group-models");
            visit.page().navigate("about:blank"); // no page is left that would follow live without its session
            visit.with(operator.cookies());
            look(visit, "/console/accounts/" + account, "grants-console-account");
            look(visit, "/console/books/months/2026-11", "grants-console-month");
            look(visit, "/console/vouchers", "grants-console-vouchers");
            look(visit, "/console/plans", "plans-console");
            look(visit, "/console/plans/family-and-friends", "plans-console-plan");
        }
    }

    private static void look(Visit visit, String path, String name) {
        visit.open(path);
        visit.look(name);
    }
}
