package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.Today;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The console's pages of accounts and calls: search, actions with a reason, and the password before them. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(60)
class ConsoleAccountsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";
    private static final Instant SIGNED_IN = Instant.parse("2026-11-21T12:00:00Z");
    private static final Pattern ONCE = Pattern.compile("name=\"once\" value=\"([^\"]*)\"");

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private static Browser operator;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway =
                Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY), "operator.password", PASSWORD);
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.close();
    }

    private static Map<String, String> form(String deed, String... fields) {
        Map<String, String> form = new HashMap<>(Map.of("deed", deed, "reason", "because of a test"));
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        return form;
    }

    private static String account(String name) {
        try {
            return gateway.app()
                    .administration()
                    .deeds()
                    .createAccount(By.of(Actor.COMMAND, "for a test"), name, 10_000_000)
                    .id();
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    private static Browser.Page on(String path, Map<String, String> form) {
        return operator.submit(path, path, form);
    }

    @Test
    void an_account_is_found_by_mail_name_id_and_the_beginning_of_a_key_and_opens_where_it_is_the_only_one() {
        new Browser(gateway.url()).signUp("gwen@find.example", "a long enough password");
        String gwen = gateway.text("SELECT account_id FROM person WHERE login = 'gwen@find.example'");
        String named = account("Ñandú Works");
        account("Nobody Else");
        Customer customer = gateway.customer("1");
        String found = "/console/accounts/";
        assertThat(operator.get(found.substring(0, found.length() - 1) + "?q=Gwen%40find")
                        .location())
                .isEqualTo(found + gwen);
        assertThat(operator.get("/console/accounts?q=%C3%91andú".replace("ú", "%C3%BA"))
                        .location())
                .isEqualTo(found + named);
        assertThat(operator.get("/console/accounts?q=" + named).location()).isEqualTo(found + named);
        assertThat(operator.get("/console/accounts?q=" + customer.key()).location())
                .isEqualTo(found + customer.account());
        assertThat(operator.get("/console/accounts?q=" + customer.key().substring(0, 11))
                        .location())
                .isEqualTo(found + customer.account());
        Browser.Page none = operator.get("/console/accounts?q=%25");
        assertThat(none.status()).isEqualTo(200);
        assertThat(none.body()).contains("No account has").doesNotContain("Nobody Else");
    }

    @Test
    void all_accounts_are_gone_through_a_page_at_a_time_without_losing_one() {
        for (int i = 0; i < 55; i++) {
            account("One of many " + i);
        }
        long all = gateway.number("SELECT COUNT(*) FROM account");
        Pattern row = Pattern.compile("<th scope=\"row\"[^>]*>\\s*<a href=\"/console/accounts/([^\"]+)\"");
        Set<String> seen = new HashSet<>();
        String next = "/console/accounts";
        int pages = 0;
        while (next != null) {
            String body = operator.get(next).body();
            row.matcher(body).results().forEach(it -> assertThat(seen.add(it.group(1)))
                    .isTrue());
            Matcher older = Pattern.compile("class=\"button\" href=\"(/console/accounts\\?[^\"]+&amp;page=[^\"]+)\"")
                    .matcher(body);
            next = older.find() ? older.group(1).replace("&amp;", "&") : null;
            pages++;
        }
        assertThat(seen).hasSize((int) all);
        assertThat(pages).isGreaterThan(1);
    }

    @Test
    void a_grant_needs_a_reason_moves_the_balance_once_and_is_audited_with_who_did_it() {
        String id = account("Granted");
        String path = "/console/accounts/" + id;
        Browser.Page refused = on(path, form("account.grant", "credits", "5", "reason", ""));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("A reason is needed").contains("value=\"5\"");
        assertThat(on(path, form("account.grant", "credits", "a lot")).body())
                .contains("Credits must be a number of credits from 0");
        String once = found(ONCE, operator.get(path).body());
        Map<String, String> grant = form("account.grant", "credits", "5.25", "once", once);
        assertThat(on(path, grant).location()).isEqualTo(path + "?done=account.grant");
        assertThat(on(path, grant).status()).isEqualTo(303);
        assertThat(gateway.number("SELECT balance_micros FROM account WHERE id = '" + id + "'"))
                .isEqualTo(15_250_000);
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.grant' AND actor ="
                        + " 'per_first_operator' AND address = '127.0.0.1' AND subject = '" + id + "'"))
                .isEqualTo(1);
        assertThat(on(path, form("account.adjust", "credits", "-0.25")).location())
                .isEqualTo(path + "?done=account.adjust");
        assertThat(operator.get(path).body()).contains("title=\"15.000000 credits\"");
        assertThat(on(path, form("account.adjust", "credits", "-16")).body()).contains("You can remove at most");
    }

    @Test
    void a_grant_of_days_is_good_through_the_end_of_a_day() {
        String id = account("Granted for days");
        String path = "/console/accounts/" + id;
        Map<String, String> both = form("account.grant", "credits", "5", "days", "30", "expires_at", "2190-01-01");
        assertThat(on(path, both).body())
                .contains("Days is only allowed without a last day: leave one of the two empty.")
                .contains("value=\"2190-01-01\"")
                .contains("name=\"days\"", "value=\"30\"");
        assertThat(on(path, form("account.grant", "credits", "5", "days", "3651"))
                        .body())
                .contains("Days must be a whole number from 1 to 3650.");
        LocalDate today = LocalDate.ofInstant(gateway.now(), ZoneOffset.UTC);
        assertThat(on(path, form("account.grant", "credits", "5", "days", "30")).location())
                .isEqualTo(path + "?done=account.grant");
        assertThat(gateway.number("SELECT expires_at FROM credit_grant WHERE account_id = '" + id + "'"))
                .isEqualTo(today.plusDays(31)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .toEpochMilli());
        assertThat(operator.get(path).body())
                .contains("the end of "
                        + TimeForm.LONG_DAY.format(today.plusDays(30).atStartOfDay(ZoneOffset.UTC)));
    }

    @Test
    void group_plan_and_payments_stand_on_the_page_and_the_first_two_in_the_list() {
        String id = account("Partner Works");
        String path = "/console/accounts/" + id;
        admin("PUT", "/admin/groups/partners", "{\"factor\":900,\"reason\":\"for a test\"}");
        admin("PUT", "/admin/accounts/" + id + "/group", "{\"group\":\"partners\",\"reason\":\"for a test\"}");
        admin(
                "PUT",
                "/admin/plans/pro",
                "{\"name\":\"Pro of Tests\",\"cents\":900,\"period\":\"month\",\"credits\":100,\"reason\":\"for a test\"}");
        assertThat(operator.get(path).body()).doesNotContain("Pro of Tests</a>", "Latest payments");
        admin("POST", "/admin/accounts/" + id + "/plan", "{\"plan\":\"pro\",\"periods\":2,\"reason\":\"for a test\"}");
        gateway.execute(
                "INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state) VALUES"
                        + " ('pay_shown', '" + id + "', 'test', "
                        + gateway.now().toEpochMilli() + ", 1234, 1, 'failed')");
        assertThat(operator.get(path).body())
                .contains("href=\"/console/groups/partners\">Group partners</a>")
                .contains("href=\"/console/plans/pro\">Plan Pro of Tests</a>")
                .contains("$12.34", "/console/payments?text=" + id);
        assertThat(operator.get("/console/payments?text=" + id).body()).contains("pay_shown");
        assertThat(operator.get("/console/accounts?sort=created").body())
                .containsPattern("<td class=\"roomy wrap\"[^>]*>partners</td>")
                .containsPattern("<td class=\"roomy wrap\"[^>]*>Pro of Tests</td>");
        gateway.execute("DELETE FROM payment WHERE id = 'pay_shown'");
    }

    private static void admin(String method, String path, String body) {
        Gateway.Reply reply = gateway.send(method, path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
    }

    @Test
    void a_ban_holds_at_once_for_keys_and_people_and_is_taken_back() {
        Customer customer = gateway.customer("10");
        String path = "/console/accounts/" + customer.account();
        assertThat(operator.get(path).body())
                .contains("Requests with its keys get a 401 immediately. The balance stays.");
        assertThat(on(path, form("account.block?blocked=true")).location())
                .isEqualTo(path + "?done=account.block%3Fblocked%3Dtrue");
        assertThat(customer.chat(CHAT).status()).isEqualTo(401);
        assertThat(operator.get(path).body())
                .containsPattern("Banned <span title=\"[^\"]+\">[^<]+</span> by operator: because of a test</span>")
                .contains("<span class=\"badge \">stopped by the ban</span>", "<button>Unban</button>")
                .doesNotContain(">active</span>");
        assertThat(on(path, form("account.block?blocked=false")).location())
                .isEqualTo(path + "?done=account.block%3Fblocked%3Dfalse");
        assertThat(operator.get(path).body()).doesNotContain("by operator: because");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        String own = gateway.text("SELECT account_id FROM person WHERE login = 'operator'");
        assertThat(on("/console/accounts/" + own, form("account.block?blocked=true"))
                        .body())
                .contains("your own account");
    }

    @Test
    void limits_of_an_account_hold_and_an_empty_field_takes_one_away() {
        Customer customer = gateway.customer("10");
        String path = "/console/accounts/" + customer.account();
        assertThat(on(path, form("account.limits", "requests", "0")).status()).isEqualTo(422);
        assertThat(on(path, form("account.limits", "requests", "1")).location())
                .isEqualTo(path + "?done=account.limits");
        assertThat(operator.get(path).body()).contains("id=\"limits-requests\" name=\"requests\" value=\"1\"");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        assertThat(customer.chat(CHAT).status()).isEqualTo(429);
        assertThat(on(path, form("account.limits", "requests", "")).status()).isEqualTo(303);
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void a_larger_limit_of_before_is_no_obstacle_to_another() {
        Customer customer = gateway.customer("10");
        String path = "/console/accounts/" + customer.account();
        gateway.execute("UPDATE account SET spend_day = 100000000000000000 WHERE id = '" + customer.account() + "'");
        assertThat(on(path, form("account.limits", "day", "100000000000", "requests", "5"))
                        .location())
                .isEqualTo(path + "?done=account.limits");
        assertThat(on(path, form("account.limits", "day", "100000000001")).body())
                .contains("Credits per day must be");
    }

    @Test
    void ended_sessions_have_to_sign_in_again_and_the_audit_log_knows() {
        Browser person = new Browser(gateway.url()).signUp("hana@sessions.example", "a long enough password");
        assertThat(person.get("/dashboard").status()).isEqualTo(200);
        String id = gateway.text("SELECT account_id FROM person WHERE login = 'hana@sessions.example'");
        String path = "/console/accounts/" + id;
        assertThat(on(path, form("account.end_sessions", "reason", "")).status())
                .isEqualTo(422);
        assertThat(person.get("/dashboard").status()).isEqualTo(200);
        assertThat(on(path, form("account.end_sessions")).location()).isEqualTo(path + "?done=account.end_sessions");
        assertThat(person.get("/dashboard").location()).isEqualTo("/sign-in");
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.end_sessions' AND subject = '"
                        + id + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_refund_gives_back_what_a_call_was_charged_and_no_more() {
        Customer customer = gateway.customer("10");
        String costs = "SELECT COALESCE(SUM(cost_micros), 0) FROM usage_hour";
        long costBefore = gateway.number(costs);
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        String task = customer.lastTask().get("id").asString();
        String path = "/console/requests/" + task;
        assertThat(operator.get(path).body())
                .contains("<dt>Upstream cost</dt><dd>" + Display.exact(gateway.number(costs) - costBefore) + " ")
                .contains("Price version gemini-2.5-pro@");
        assertThat(operator.get("/console/requests?account=" + customer.account())
                        .body())
                .contains(path);
        assertThat(operator.get("/console/accounts?q=" + task).location()).isEqualTo(path);
        String page = operator.get(path).body();
        String request = found("<code>(req_[0-9a-f]{32})</code>", page);
        assertThat(operator.get("/console/accounts?q=" + request).location()).isEqualTo(path);
        assertThat(page).contains("answered").contains("credits to Test?");
        String charge = found("Refund ([0-9.]+) credits", page);
        Map<String, String> refund = form("task.refund", "credits", charge);
        assertThat(on(path, refund).location()).isEqualTo(path + "?done=task.refund");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(operator.get(path).body())
                .contains("no charge left to refund")
                .contains("because of a test");
        assertThat(on(path, refund).body()).contains("have already been refunded");
        gateway.assertBooksAreClosed();
    }

    @Test
    void a_deed_without_a_recent_password_is_carried_out_once_after_it() {
        String id = account("Later");
        String path = "/console/accounts/" + id;
        Browser late = new Browser(gateway.url());
        try {
            Browser.Page asked = grantLate(late, path);
            assertThat(asked.location()).startsWith("/console/prove?to=");
            assertThat(balance(id)).isEqualTo(10_000_000);
            String page = late.get(asked.location()).body();
            assertThat(page)
                    .contains("<h1>Grant credits</h1>", "<dd class=\"break\">Later (" + id + ")</dd>")
                    .contains("<dt>Credits</dt><dd class=\"break\">7</dd>", "because of a test");
            Map<String, String> wrong = Map.of("waiting", waiting(page), "password", "not this one");
            Browser.Page refused = late.submit(asked.location(), path, wrong);
            assertThat(late.get(refused.location()).body()).contains("The password is wrong.");
            Map<String, String> right = Map.of("waiting", waiting(page), "password", PASSWORD);
            assertThat(operator.submit(path, path, right).location())
                    .as("another session")
                    .isEqualTo("/console/prove?to=" + URLEncoder.encode(path, StandardCharsets.UTF_8));
            assertThat(balance(id)).isEqualTo(10_000_000);
            assertThat(late.submit(asked.location(), path, right).location()).isEqualTo(path + "?done=account.grant");
            assertThat(late.submit(asked.location(), path, right).location())
                    .as("a reload")
                    .isEqualTo(path);
            assertThat(balance(id)).isEqualTo(17_000_000);
            Browser.Page outside = late.submit(
                    "/console/prove", "/console/prove", Map.of("to", "//evil.example/console", "password", PASSWORD));
            assertThat(outside.location()).isEqualTo("/console");
        } finally {
            gateway.setNow(null);
        }
    }

    /** Sends a grant of 7 credits 11 minutes after the password. @return the way to the password page */
    private static Browser.Page grantLate(Browser late, String path) {
        gateway.setNow(SIGNED_IN);
        late.signIn("operator", PASSWORD);
        gateway.setNow(SIGNED_IN.plus(Duration.ofMinutes(11)));
        return late.submit(path, path, form("account.grant", "credits", "7"));
    }

    private static long balance(String id) {
        return gateway.number("SELECT balance_micros FROM account WHERE id = '" + id + "'");
    }

    private static String waiting(String page) {
        return found("name=\"waiting\" value=\"([^\"]+)\"", page);
    }

    @Test
    void a_form_that_waited_over_ten_minutes_is_not_carried_out() {
        String id = account("Slow");
        String path = "/console/accounts/" + id;
        Browser late = new Browser(gateway.url());
        try {
            Browser.Page asked = grantLate(late, path);
            Map<String, String> right =
                    Map.of("waiting", waiting(late.get(asked.location()).body()), "password", PASSWORD);
            gateway.setNow(SIGNED_IN.plus(Duration.ofMinutes(22)));
            Browser.Page page =
                    late.get(late.submit(asked.location(), path, right).location());
            assertThat(page.body()).contains("more than 10 minutes ago. Nothing was changed.", "Back to the form");
            assertThat(balance(id)).isEqualTo(10_000_000);
        } finally {
            gateway.setNow(null);
        }
    }

    @Test
    void markup_in_names_and_reasons_comes_out_as_text() {
        String id = account("<script>alert(1)</script>");
        String path = "/console/accounts/" + id;
        String reason = "\"><img src=x onerror=alert(2)>";
        assertThat(on(path, form("account.grant", "credits", "1", "reason", reason))
                        .status())
                .isEqualTo(303);
        assertThat(on(path, form("account.grant", "credits", "none", "reason", reason))
                        .body())
                .doesNotContain("<img src=x");
        for (String page : new String[] {path, "/console/accounts", "/console/accounts?q=%3Cscript%3E"}) {
            assertThat(operator.get(page).body())
                    .doesNotContain("<script>alert")
                    .doesNotContain("<img src=x");
        }
        assertThat(operator.get(path).body()).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    }

    @Test
    void who_is_no_operator_sees_none_of_it() {
        Browser person = new Browser(gateway.url()).signUp("ivan@user.example", "a long enough password");
        for (String page : new String[] {"/console", "/console/accounts", "/console/requests", "/console/prove"}) {
            assertThat(person.get(page).status()).isEqualTo(403);
        }
    }

    @Test
    void a_call_that_runs_is_in_the_operators_lists_from_its_first_byte_on() throws Exception {
        Customer customer = gateway.customer("10");
        gateway.script("- respond: [{event: {candidates: [{content: {parts: [{text: One.}], role: model}, index: 0}]}},"
                + " {delay_ms: 60000}]");
        String path = "/console/requests?account=" + customer.account() + "&state=";
        try (var call = customer.chatRaw(CHAT.replace("false", "true"))) {
            call.readUntil("One.");
            assertThat(operator.get(path + "processing").body())
                    .contains(
                            "<span class=\"badge run\">running</span>", "<option value=\"processing\" selected>running")
                    .contains("<td class=\"num stay\" title=\"not charged yet\">–</td>");
            assertThat(operator.get("/console/requests?state=processing&model=gemini-2.5-pro")
                            .body())
                    .contains(customer.account());
            assertThat(operator.get("/console/requests?state=processing&model=gemini-3-pro")
                            .body())
                    .doesNotContain(customer.account());
            assertThat(operator.get(path + "completed").body()).doesNotContain("badge run");
        } finally {
            gateway.script("[]");
        }
    }

    @Test
    void the_page_of_a_call_is_there_before_its_hold_is_written() throws Exception {
        Customer customer = gateway.customer("10");
        gateway.script("- respond: [{event: {candidates: [{content: {parts: [{text: One.}], role: model}, index: 0}]}},"
                + " {delay_ms: 60000}]");
        try (var call = customer.chatRaw(CHAT.replace("false", "true"))) {
            String begun = call.readUntil("One.");
            String id = found("\"id\":\"([^\"]+)\"", begun);
            assertThat(operator.get("/console/requests/" + id).status()).isEqualTo(200);
        } finally {
            gateway.script("[]");
        }
    }

    @Test
    void the_calls_of_an_account_are_found_by_what_the_account_is_found_by() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        assertThat(customer.chat(CHAT.replace("2.5", "9")).status()).isEqualTo(404);
        String call = customer.lastTask().get("id").asString();
        for (String typed : Set.of(customer.account(), customer.key().substring(0, 11), " " + customer.key())) {
            String query = "?account=" + URLEncoder.encode(typed, StandardCharsets.UTF_8);
            assertThat(operator.get("/console/requests" + query).body())
                    .as(typed)
                    .contains(call, "/console/accounts/" + customer.account());
            assertThat(operator.get("/console/requests/refused" + query).body())
                    .as(typed)
                    .contains("does not exist or is inactive");
        }
        String one = account("Twins & one");
        String other = account("Twins & other");
        String refused = "/console/requests/refused?account=" + customer.account() + "&code=";
        assertThat(operator.get(refused + "model_not_found").body())
                .contains("does not exist or is inactive", "value=\"model_not_found\" selected");
        assertThat(operator.get(refused + "invalid_request").body())
                .contains("value=\"model_not_found\"", "No refused calls")
                .doesNotContain("does not exist or is inactive");
        for (String list : Set.of("/console/requests", "/console/requests/refused")) {
            assertThat(operator.get(list + "?account=twins&model=gemini-2.5-pro")
                            .body())
                    .contains(
                            "Several accounts match.",
                            "account=" + one + "\"",
                            "account=" + other + "\"",
                            "Twins &amp; one")
                    .doesNotContain(call, "does not exist");
            assertThat(operator.get(list + "?account=nobody-is-called-so").body())
                    .contains("No account matches.")
                    .doesNotContain(call, "does not exist");
        }
    }

    @Test
    void find_leads_to_a_refused_call_by_the_id_of_its_error() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200); // without a hold that is waiting
        String unknown = CHAT.replace("2.5", "9");
        String request = customer.chat(unknown).header("x-request-id");
        assertThat(customer.chat(unknown).status()).isEqualTo(404); // an equal one, which shares its row
        Browser.Page found = operator.get("/console/accounts?q=%20" + request);
        assertThat(found.location()).isEqualTo("/console/requests/refused?request=" + request);
        String page = operator.get(found.location()).body();
        assertThat(page).contains("model_not_found", "Refused call " + request, customer.account());
        assertThat(page.indexOf("model_not_found"))
                .as("it comes first")
                .isLessThan(page.indexOf("<form class=\"filters\""));
        assertThat(operator.get("/console/accounts?q=req_" + "0".repeat(32)).body())
                .contains("no call has this id");
        String refusals = "/console/requests/refused?account=" + customer.account();
        assertThat(page).contains("\"" + refusals + "\"");
        assertThat(operator.get("/console/accounts/" + customer.account()).body())
                .contains("\"" + refusals + "\"");
    }

    @Test
    void a_key_whose_calls_a_limit_refuses_is_not_shown_as_active() {
        Customer customer = gateway.customer("10", KeyOptions.spend(null, "0", null));
        assertThat(customer.chat(CHAT).status()).isEqualTo(402);
        gateway.writeRefusals();
        assertThat(operator.get("/console/accounts/" + customer.account()).body())
                .contains("<span class=\"badge bad\">refused: key limit</span>")
                .doesNotContain("<td><span class=\"badge ok\">active");
    }

    @Test
    void the_page_of_an_account_stays_small_with_many_people_and_keys() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        for (int i = 0; i < 12; i++) {
            gateway.commands().createKey(customer.account(), KeySettings.named("the program number " + i));
        }
        for (int i = 0; i < 6; i++) {
            gateway.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES"
                    + " ('per_small" + i + "', '" + customer.account() + "', 'one-of-six-" + i
                    + "@small-pages.example', 'One Of Six', 'user', 'hash', 1)");
            gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_small" + i
                    + "', '" + customer.account() + "', 'per_small" + i + "', 'owner', 1)");
        }
        String page = operator.get("/console/accounts/" + customer.account()).body();
        assertThat(page.length()).isLessThan(34_000); // without calls and budgets
    }

    @Test
    void the_ledger_of_an_account_is_in_the_words_that_its_customer_reads() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        assertThat(operator.get("/console/accounts/" + customer.account()).body())
                .contains("<td>Credits added", "<td>Call", ">gemini-2.5-pro</span>")
                .doesNotContain("<td>charge", "<td>top up");
    }

    @Test
    void days_are_written_as_people_write_them() {
        assertThat(gateway.customer("10").chat(CHAT).status()).isEqualTo(200);
        String today = Display.day(Today.instant(), ZoneOffset.UTC).replaceFirst(" [0-9]{4}$", " so far");
        assertThat(operator.get("/console/revenue?by=day").body()).contains(today);
    }
}
