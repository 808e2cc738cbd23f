package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit log as an operator reads it: names instead of ids, changes in the words and units of pages, found and saved. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(60)
class AuditPageTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";
    private static final Pattern ROW = Pattern.compile("(?s)<tr role=\"row\"><th role=\"rowheader\".*?</tr>");

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static Browser operator;
    private static String adminKey;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores, "operator.password", PASSWORD);
        adminKey = server.adminKey();
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterEach
    void goOn() {
        server.setNow(null);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    /** The rows that a page shows, as they are read. */
    private static String rows(String query) {
        Browser.Page page = operator.get("/console/audit" + query);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return ROW.matcher(page.body())
                .results()
                .map(row -> row.group()
                        .replaceAll("<[^>]*>", " ")
                        .replaceAll("\\s+", " ")
                        .strip())
                .collect(Collectors.joining("\n"));
    }

    private static Customer named(String name) {
        Customer customer = server.customer("10");
        server.execute("UPDATE account SET name = '" + name + "' WHERE id = '" + customer.account() + "'");
        return customer;
    }

    private static void deed(String account, String... fields) {
        String path = "/console/accounts/" + account;
        Map<String, String> form = new HashMap<>(Map.of("reason", "because of a test"));
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        Browser.Page done = operator.submit(path, path, form);
        assertThat(done.status()).as(done.body()).isEqualTo(303);
    }

    @Test
    void who_did_what_to_whom_from_where_is_read_by_names_and_what_changed_in_the_words_and_units_of_pages() {
        Customer ann = named("Ann");
        String path = "/console/accounts/" + ann.account();
        deed(ann.account(), "deed", "account.grant", "credits", "2.5");
        assertThat(rows("?subject=" + ann.account()))
                .contains("operator 127.0.0.1 Granted credits Ann Balance: 10.00 → 12.50"
                        + " Granted and bought: 10.00 → 12.50 because of a test")
                .doesNotContain("{", "Held", "per_", "acc_");
        assertThat(operator.get("/console/audit?subject=" + ann.account()).body())
                .contains("<a class=\"small wrap\" href=\"" + path + "\" title=\"" + ann.account() + "\">Ann</a>");

        deed(ann.account(), "deed", "account.limits", "day", "20", "requests", "1200");
        deed(ann.account(), "deed", "account.limits", "day", "5.25", "requests", "1200");
        assertThat(rows("?subject=Ann&what=account.limits"))
                .contains("Set the account's limits Ann Credits per day: 20.00 → 5.25 because")
                .contains("Requests per minute: no limit → 1,200 Credits per day: no limit → 20.00 because");
        deed(ann.account(), "deed", "account.block?blocked=true");
        assertThat(rows("?subject=Ann&what=account.block")).contains("Banned the account Ann Banned: no → yes");
    }

    @Test
    void teams_and_members_are_read_by_their_names() {
        Customer dan = named("Dan");
        String account = dan.account();
        server.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_of_dan', '" + account
                + "', 'Support', 1)");
        server.execute(
                "INSERT INTO audit_log (sequence, created_at, actor, action, subject, before_json, after_json, reason)"
                        + " SELECT MAX(sequence) + 1, MAX(created_at), 'admin key', 'team.member', '" + account
                        + "', NULL, '{\"subject\": \"team_of_dan\", \"member\": \"mem_gone\", \"role\": \"admin\"}', 'r' FROM audit_log");
        assertThat(rows("?subject=" + account)).contains("Set a role in a team Dan Of: Support Member: mem_gone Role");
    }

    @Test
    void many_changes_are_folded_after_the_first_two() {
        Customer eve = named("Eve");
        deed(eve.account(), "deed", "account.limits", "day", "20", "hour", "5", "requests", "9", "concurrency", "2");
        assertThat(rows("?subject=" + eve.account())).contains("no limit → 9 ", "2 more changes");
    }

    @Test
    void a_keys_limits_stand_there_in_credits_and_what_did_not_change_does_not() {
        Customer ben = named("Ben");
        String key = server.text("SELECT id FROM api_key WHERE account_id = '" + ben.account() + "'");
        server.commands().setKey(key, settings -> settings.withSpend(new SpendLimits(null, 12_500_000L, null)));
        String name = server.text("SELECT name FROM api_key WHERE id = '" + key + "'");
        assertThat(rows("?subject=" + key))
                .isNotEmpty()
                .contains("Changed a key key '" + name + "' of Ben Credits per day: no limit → 12.50")
                .doesNotContain("12500000", "Models", "Last");
    }

    @Test
    void a_call_that_was_refunded_is_a_link_to_it_and_found_by_whose_it_is() {
        Customer cleo = named("Cleo");
        assertThat(cleo.chat(CHAT).status()).isEqualTo(200);
        String call = cleo.lastTask().get("id").asString();
        PortalServer.Reply refund = server.post(
                "/admin/tasks/" + call + "/refunds", "{\"credits\":0.01,\"reason\":\"it was cut\"}", adminKey);
        assertThat(refund.status()).as(refund.text()).isLessThan(300);
        assertThat(operator.get("/console/audit?subject=Cleo").body())
                .contains("href=\"/console/requests/" + call + "\"")
                .contains("a call of Cleo");
        assertThat(server.get("/admin/audit?account=" + cleo.account(), adminKey)
                        .json()
                        .get("data"))
                .extracting(row -> row.get("subject").asString())
                .contains(call, cleo.account());
    }

    @Test
    void the_log_is_filtered_by_who_what_and_day_and_says_so_in_its_address() {
        server.setNow(server.now()); // no midnight comes between
        Customer dora = named("Dora");
        deed(dora.account(), "deed", "account.grant", "credits", "1");
        server.post(
                "/admin/accounts/" + dora.account() + "/grants",
                "{\"credits\":3,\"reason\":\"by a script\"}",
                adminKey);
        assertThat(rows("?subject=Dora&who=operator"))
                .contains("because of a test")
                .doesNotContain("by a script");
        assertThat(rows("?subject=Dora&who=admin+key")).contains("by a script").doesNotContain("because of a test");
        assertThat(rows("?subject=Dora&what=account.block")).isEmpty();
        LocalDate today = LocalDate.ofInstant(server.now(), ZoneOffset.UTC);
        assertThat(rows("?subject=Dora&from=" + today.minusDays(1) + "&to=" + today.plusDays(1)))
                .contains("by a script");
        assertThat(rows("?subject=Dora&to=" + today.minusDays(1))).isEmpty();
        assertThat(rows("?subject=Dora&from=" + today.plusDays(1))).isEmpty();
        assertThat(operator.get("/console/audit?subject=Dora&who=operator&what=account.grant")
                        .body())
                .contains("/console/audit.csv?who=operator&amp;what=account.grant&amp;subject=Dora")
                .contains("value=\"account.grant\" selected");
        assertThat(rows("?subject=Nobody+Of+That+Name")).isEmpty();
    }

    @Test
    void the_file_has_every_row_that_the_filters_let_through_however_many() {
        Customer eve = named("Eve");
        server.execute("""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
                INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)
                SELECT (SELECT MAX(sequence) FROM audit_log) + i, 1700000000000 + i, 'command', NULL, 'account.grant', '""" + eve.account() + "', '{\"balance\":1}', '{\"balance\":2.000001}', 'row ' || i FROM n");
        Browser.Page file = operator.get("/console/audit.csv?subject=" + eve.account());
        assertThat(file.header("content-type")).startsWith("text/csv");
        assertThat(file.body().lines())
                .hasSize(1_203) // the header, and what made the account and its key
                .first()
                .isEqualTo(
                        "\ufefftime,sequence,actor,address,action,subject,before,after,reason,who,what,whom,changes");
        assertThat(file.body()).contains(",row 1,command,Granted credits,Eve,Balance: 1.00 → 2.000001\r\n");
        server.execute("DELETE FROM audit_log WHERE actor = 'command' AND subject = '" + eve.account() + "'");
    }

    @ValueSource(strings = {"{\"of\":[\"another\",\"version\"],\"price\":1.5}", "no JSON at all", "[1,2]", "7"})
    @ParameterizedTest
    void unknown_audit_rows_are_shown_as_stored(String kept) {
        server.execute("""
                INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)
                SELECT MAX(sequence) + 1, 1700000000000, 'per_whoIsGoneFor20Chars0', NULL, 'moon.phase', 'the moon', NULL, '""" + kept + "', NULL FROM audit_log");
        Matcher told =
                Pattern.compile("another, version|no JSON at all|1, 2|: 7").matcher(rows("?subject=the+moon"));
        assertThat(told.find()).isTrue();
        assertThat(rows("?subject=the+moon")).contains("person of a deleted account moon.phase the moon");
        server.execute("DELETE FROM audit_log WHERE action = 'moon.phase'");
    }
}
