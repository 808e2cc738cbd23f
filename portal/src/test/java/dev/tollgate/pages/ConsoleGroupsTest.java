package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of a price group: percent, a day, all models that change, and one account that enters with it. */
@Timeout(60)
class ConsoleGroupsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String GROUP = "/console/groups/gold";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private PortalServer server;
    private Browser operator;

    @BeforeEach
    void start() {
        server = PortalServer.start("operator.password", PASSWORD);
        server.setNow(NOW);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Map<String, String> form(String... more) {
        Map<String, String> form =
                new HashMap<>(Map.of("deed", "group.set", "factor", "85", "version", "0", "reason", "a partner"));
        for (int i = 0; i < more.length; i += 2) {
            form.put(more[i], more[i + 1]);
        }
        return form;
    }

    private Browser.Page compare(String... more) {
        Map<String, String> form = form(more);
        form.put("preview", "on");
        return operator.submit(GROUP, GROUP, form);
    }

    private Browser.Page set(String... more) {
        return operator.submit(GROUP, GROUP, form(more));
    }

    private String account(String name) {
        return server.post(
                        "/admin/accounts", "{\"name\":\"" + name + "\",\"reason\":\"a customer\"}", server.adminKey())
                .json()
                .get("id")
                .asString();
    }

    private String groupOf(String account) {
        return server.get("/admin/accounts/" + account + "/group", server.adminKey())
                .json()
                .at("/data/0/group")
                .asString();
    }

    @Test
    void many_factors_are_not_lost_to_the_page_for_the_password() {
        String many =
                IntStream.range(0, 60).mapToObj("gemini-4-%02d* 90"::formatted).collect(Collectors.joining("\n"));
        server.setNow(NOW.plusSeconds(1_200));
        Browser.Page kept = set("models", many);
        assertThat(kept.status()).isEqualTo(422);
        assertThat(kept.body()).contains("too long to be kept", "/console/prove", "gemini-4-59* 90");
        assertThat(server.number("SELECT COUNT(*) FROM price_group")).isZero();
        server.setNow(NOW);
        assertThat(set("models", many).location()).isEqualTo(GROUP + "?done=group.set&n=0");
    }

    @Test
    void a_percentage_is_stored_in_thousandths_and_shown_as_typed() {
        assertThat(set("factor", "92.5", "models", "gemini-4-* 90").status()).isEqualTo(303);
        assertThat(server.text("SELECT body FROM price_group"))
                .isEqualTo("{\"factor\":925,\"models\":{\"gemini-4-*\":900}}");
        assertThat(operator.get(GROUP).body())
                .contains("value=\"92.5\"", "gemini-4-* 90<", "7.5 % below standard", "925 thousandths");
    }

    @ParameterizedTest
    @CsvSource({
        "factor, 90.05, 'All models, in % of the standard price'",
        "factor, 850, 'All models, in % of the standard price'",
        "models, gemini-4-* 90.05, gemini-4-*",
        "from, 2026-11-01T00:00, From",
        "from, tomorrow, From"
    })
    void what_cannot_be_set_is_refused_by_name_before_the_preview(String field, String text, String named) {
        for (Browser.Page page : List.of(compare(field, text), set(field, text))) {
            assertThat(page.status()).isEqualTo(422);
            assertThat(page.body()).containsPattern("role=\"alert\"[^>]*>(<span>)?" + Pattern.quote(named) + " is ");
            assertThat(page.body()).contains(text, "allowed is");
        }
        assertThat(server.number("SELECT COUNT(*) FROM price_group")).isZero();
    }

    @Test
    void the_preview_has_all_models_and_equal_ones_in_one_line() {
        String page = compare().body();
        String table = page.substring(page.indexOf("id=\"preview-title\""), page.indexOf("id=\"version-title\""));
        List<String> models = Pattern.compile("href=\"/console/prices/([^\"]+)\"")
                .matcher(operator.get("/console/prices").body())
                .results()
                .map((MatchResult it) -> it.group(1))
                .toList();
        assertThat(models).hasSizeGreaterThan(20).allSatisfy(model -> assertThat(table)
                .contains(model));
        assertThat(table)
                .contains("85 % of the standard price: 15 % below standard", "850 thousandths", "at once")
                .containsPattern("below small muted wrap\">[a-z/]*gemini[^<]*<") // folded
                .contains("$");
    }

    @Test
    void models_below_cost_come_first_and_others_that_stay_are_counted() {
        String page = compare("factor", "100", "models", "gemini-3.5-flash-lite 99\ngemini-2.5-flash 101")
                .body();
        String table = page.substring(page.indexOf("id=\"preview-title\""), page.indexOf("id=\"version-title\""));
        assertThat(table.indexOf("gemini-3.5-flash-lite</a>"))
                .isPositive()
                .isLessThan(table.indexOf("gemini-2.5-flash</a>"));
        assertThat(table).doesNotContain("gemini-4-argon").containsPattern("[0-9]+ models keep their prices");
    }

    @Test
    void an_account_enters_a_new_group_with_its_first_version() {
        String account = account("Café Zürich 7");
        assertThat(operator.get("/console/accounts/" + account).body())
                .contains("name=\"name\" value=\"cafe-zurich-7\"");
        String to = operator.get("/console/groups?name=gold&account=" + account).location();
        assertThat(to).isEqualTo(GROUP + "?account=" + account);
        assertThat(operator.get(to).body()).contains("value=\"" + account + "\"", "Café Zürich 7");
        assertThat(compare("account", account).body()).contains("Café Zürich 7 enters it with the version.");
        assertThat(set("account", account).location()).isEqualTo(GROUP + "?done=group.set&n=1");
        assertThat(operator.get(GROUP + "?done=group.set&n=1").body())
                .contains("the account is in the group", "1 account");
        assertThat(groupOf(account)).isEqualTo("gold");
        assertThat(
                        server.text(
                                "SELECT group_concat(action) FROM (SELECT action FROM audit_log WHERE reason = 'a partner' ORDER BY action)"))
                .isEqualTo("account.group,group.set");
        assertThat(operator.get("/console/accounts/" + account).body()).contains("cafe-zurich-7");
    }

    @Test
    void a_version_that_is_refused_leaves_the_account_where_it_was() {
        String account = account("Ann");
        assertThat(set().status()).isEqualTo(303);
        assertThat(set("account", account, "factor", "80").status()).isEqualTo(422);
        assertThat(groupOf(account)).isEqualTo("");
        server.post("/admin/groups/gold/close", "{\"reason\":\"the end\"}", server.adminKey());
        assertThat(set("account", account, "factor", "80", "version", "1").body())
                .contains("is closed");
        assertThat(server.number("SELECT COUNT(*) FROM price_group WHERE number = 2"))
                .isZero();
    }

    @Test
    void an_account_for_a_new_group_is_found_as_people_type_it() {
        account("Ann");
        account("Anna");
        assertThat(operator.get("/console/groups?name=gold&account=anna").location())
                .startsWith(GROUP + "?account=acc_");
        assertThat(operator.get("/console/groups?name=gold&account=an").body()).contains("Several accounts match");
        Browser.Page none = operator.get("/console/groups?name=gold&account=zoe");
        assertThat(none.status()).isEqualTo(422);
        assertThat(none.body()).contains("No account matches", "value=\"zoe\"", "value=\"gold\"");
    }
}
