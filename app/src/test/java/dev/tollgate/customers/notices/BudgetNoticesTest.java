package dev.tollgate.customers.notices;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.UpstreamScript;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mails about budgets that are nearly or wholly used up. */
@Timeout(120)
class BudgetNoticesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String NOTICES = "/dashboard/settings/notices";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static MailBox box;
    private static Gateway gateway;
    private static int networks;

    @BeforeAll
    static void start() {
        box = new MailBox();
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), box.settings("http.trusted-hops", "1"));
        gateway.setNow(Instant.parse("2026-11-20T12:00:00Z"));
        gateway.script(UpstreamScript.answers().text("b").finish("STOP", new UpstreamScript.Tokens(10, 20, 30)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        box.close();
    }

    private static Browser owner(String email) {
        return new Browser(gateway.url(), gateway.url(), Map.of("x-forwarded-for", "198.18." + ++networks + ".1"))
                .signUp(box, email, "somebody who has a budget");
    }

    private static String account(String email) {
        return gateway.text("SELECT account_id FROM person WHERE login = '" + email + "'");
    }

    private static void budget(String account, String owner, String windows) {
        assertThat(gateway.setBudgets(account, owner, windows).status()).isEqualTo(200);
    }

    /** Makes calls of 0.01 credits each with a new key. @return the last status */
    private static int call(Browser browser, int calls) {
        return call(browser, calls, Map.of("name", "key " + calls));
    }

    /** Makes such calls with a new personal key. */
    private static void callOwn(Browser browser, int calls) {
        assertThat(call(browser, calls, Map.of("name", "own " + calls, "owner", "own")))
                .isEqualTo(200);
    }

    private static int call(Browser browser, int calls, Map<String, String> key) {
        String made = browser.submit("/dashboard/keys/new", "/dashboard/keys/new", key)
                .body();
        String secret = found("sk-[0-9a-f]{64}", made);
        int status = 0;
        for (int i = 0; i < calls; i++) {
            status = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                            .header("Authorization", "Bearer " + secret)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(CHAT)))
                    .status();
        }
        return status;
    }

    private static void sweep() {
        gateway.app().people().mail().budgetNotices().sweep();
    }

    private static List<String> subjects(String email) {
        String all =
                gateway.text("SELECT COALESCE(group_concat(subject, '\n'), '') FROM outgoing_mail WHERE recipient = '"
                        + email + "' AND subject LIKE '%budget%'");
        return all.lines().toList();
    }

    @Test
    void each_step_of_a_budget_is_mailed_once() {
        Browser browser = owner("steps@example.org");
        String account = account("steps@example.org");
        budget(account, "account", "\"month\":1");
        assertThat(call(browser, 40)).isEqualTo(200);
        sweep();
        assertThat(subjects("steps@example.org")).isEmpty();
        call(browser, 15);
        sweep();
        sweep();
        assertThat(subjects("steps@example.org")).hasSize(1).allMatch(subject -> subject.endsWith("up to 50 %"));
        call(browser, 30);
        sweep();
        sweep();
        assertThat(subjects("steps@example.org")).hasSize(2);
        assertThat(box.to("steps@example.org", 3).stream().map(MailBox::text))
                .anyMatch(text -> text.contains("0.85 of 1 credits are used")
                        && text.contains("It will reset at 2026-12-01T00:00:00Z"));
    }

    @Test
    void a_refused_call_counts_as_all_of_the_budget() {
        Browser browser = owner("refused@example.org");
        call(browser, 1);
        budget(account("refused@example.org"), "account", "\"day\":0.0101");
        assertThat(call(browser, 1)).isEqualTo(402);
        gateway.writeRefusals();
        sweep();
        sweep();
        assertThat(subjects("refused@example.org")).hasSize(1).allMatch(subject -> subject.endsWith("is used up"));
    }

    private static void webhook(String account) {
        gateway.app()
                .people()
                .mail()
                .webhooks()
                .create(
                        new Acting(account, "per_1", null, null),
                        "https://hooks.example.org/",
                        Webhooks.Form.STANDARD,
                        WebhookEvent.CHOSEN);
    }

    private static List<String> events(String account) {
        String all =
                gateway.text("SELECT COALESCE(group_concat(data, '\n'), '') FROM webhook_delivery WHERE account_id = '"
                        + account + "' AND event = 'budget.threshold'");
        return all.lines().toList();
    }

    @Test
    void another_limit_begins_the_steps_again() {
        Browser browser = owner("again@example.org");
        String account = account("again@example.org");
        webhook(account);
        call(browser, 9);
        budget(account, "account", "\"month\":0.1,\"total\":50");
        sweep();
        assertThat(subjects("again@example.org")).hasSize(1).allMatch(subject -> subject.endsWith("up to 80 %"));
        budget(account, "account", "\"month\":0.16,\"total\":50"); // raised
        sweep();
        sweep();
        assertThat(subjects("again@example.org")).hasSize(2).last().matches(subject -> subject.endsWith("up to 50 %"));
        gateway.setNow(gateway.now().plus(Duration.ofHours(1)));
        budget(account, "account", "\"month\":0.09,\"total\":50"); // lowered, without a call since
        sweep();
        sweep();
        assertThat(subjects("again@example.org")).hasSize(3).last().matches(subject -> subject.endsWith("is used up"));
        gateway.setNow(gateway.now().plus(Duration.ofHours(1)));
        budget(account, "account", "\"month\":0.1,\"total\":50"); // as at first
        sweep();
        assertThat(subjects("again@example.org")).hasSize(4).last().matches(subject -> subject.endsWith("up to 80 %"));
        budget(account, "account", "\"month\":0.1,\"total\":60"); // of another window
        budget(account, "account", "\"month\":0.1,\"total\":60");
        sweep();
        assertThat(subjects("again@example.org")).hasSize(4);
        budget(account, "account", "\"month\":5,\"total\":60"); // none of its steps is reached
        sweep();
        gateway.setNow(gateway.now().plus(Duration.ofHours(1)));
        budget(account, "account", "\"month\":0.1,\"total\":60");
        sweep();
        assertThat(subjects("again@example.org")).hasSize(5).last().matches(subject -> subject.endsWith("up to 80 %"));
        assertThat(events(account)).hasSize(5);
    }

    @Test
    void a_server_whose_clock_is_behind_repeats_no_step() {
        Browser browser = owner("behind@example.org");
        String account = account("behind@example.org");
        Instant evening = gateway.now();
        budget(account, "account", "\"day\":1");
        call(browser, 51);
        sweep();
        assertThat(subjects("behind@example.org")).hasSize(1);
        gateway.setNow(evening.plus(Duration.ofDays(1)));
        call(browser, 51);
        sweep();
        assertThat(subjects("behind@example.org")).hasSize(2);
        gateway.setNow(evening);
        sweep();
        gateway.setNow(evening.plus(Duration.ofDays(1)));
        sweep();
        assertThat(subjects("behind@example.org")).hasSize(2);
    }

    @Test
    void another_limit_of_each_member_begins_their_steps_again() {
        Browser browser = owner("member@example.org");
        String account = account("member@example.org");
        String member = gateway.text("SELECT id FROM member WHERE account_id = '" + account + "'");
        webhook(account);
        callOwn(browser, 6);
        budget(account, "each_member", "\"month\":0.1");
        sweep();
        budget(account, "each_member", "\"month\":0.11");
        sweep();
        assertThat(events(account))
                .hasSize(2)
                .allMatch(data -> data.contains(member) && data.contains("\"percent\":50"));
        budget(account, member, "\"month\":0.07");
        sweep();
        assertThat(events(account)).hasSize(3).last().matches(data -> data.contains("\"percent\":80"));
        budget(account, "each_member", "\"month\":0.09"); // the member has an own one
        sweep();
        assertThat(events(account)).hasSize(3);
    }

    @Test
    void a_call_that_the_former_limit_refused_is_no_use_of_this_one() {
        Browser browser = owner("former@example.org");
        String account = account("former@example.org");
        call(browser, 1);
        budget(account, "account", "\"day\":0.0101");
        assertThat(call(browser, 1)).isEqualTo(402);
        budget(account, "account", "\"day\":5");
        sweep();
        assertThat(subjects("former@example.org")).isEmpty();
    }

    @Test
    void who_has_switched_these_notices_off_gets_none() {
        Browser browser = owner("quiet@example.org");
        String version = found(
                "name=\"version\" value=\"([0-9]+)\"", browser.get(NOTICES).body());
        assertThat(browser.get(NOTICES).body()).contains("name=\"budgets\" value=\"1\" checked");
        browser.submit(NOTICES, NOTICES, Map.of("version", version, "line", "", "keys", "1"));
        assertThat(browser.get(NOTICES).body()).doesNotContain("name=\"budgets\" value=\"1\" checked");
        budget(account("quiet@example.org"), "account", "\"month\":0.01");
        call(browser, 2);
        sweep();
        assertThat(subjects("quiet@example.org")).isEmpty();
    }
}
