package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Notices to people: balances, keys, models. */
@Timeout(120)
class NoticesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String NOTICES = "/dashboard/settings/notices";
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([0-9]+)\"");
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private static MailBox box;
    private static PortalServer server;
    private static int networks;

    @BeforeAll
    static void start() {
        box = new MailBox();
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), box.settings("http.trusted-hops", "1"));
        server.setNow(NOON);
    }

    @AfterAll
    static void stop() {
        server.close();
        box.close();
    }

    /** Each from an address of their own: the clock stands, and one address has ten sign-ups to a domain in an hour. */
    private static Browser member(String email) {
        // a network of its own: few mails go to new addresses from one
        String network = "198.18." + ++networks + ".1";
        return new Browser(server.url(), server.url(), Map.of("x-forwarded-for", network))
                .signUp(box, email, "somebody who is told");
    }

    private static void want(Browser browser, String line) {
        String version = found(VERSION, browser.get(NOTICES).body());
        assertThat(browser.submit(
                                NOTICES,
                                NOTICES,
                                Map.of("version", version, "unit", "credits", "line", line, "keys", "1"))
                        .status())
                .isEqualTo(303);
    }

    private static void adjust(String email, String credits) {
        String account = server.text("SELECT account_id FROM person WHERE login = '" + email + "'");
        String body = "{\"credits\": " + credits + ", \"reason\": \"a test\"}";
        assertThat(server.post("/admin/accounts/" + account + "/adjustments", body, ADMIN_KEY)
                        .status())
                .isEqualTo(200);
    }

    private static void sweep() {
        server.people().mail().notices().sweep();
    }

    private static long mails(String email) {
        return server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + email + "'");
    }

    @Test
    void a_low_balance_is_reported_once_until_it_recovers() {
        Browser browser = member("line@example.org");
        sweep();
        assertThat(mails("line@example.org")).isEqualTo(1);
        want(browser, "100");
        sweep();
        sweep();
        adjust("line@example.org", "-1");
        sweep();
        assertThat(mails("line@example.org")).isEqualTo(2);
        assertThat(MailBox.text(box.to("line@example.org", 2).getLast()))
                .contains("has 50 credits left", "below 100", MailBox.SITE + "/dashboard/billing/top-up");
        assertThat(browser.get("/dashboard").body()).contains("below your line of $0.50");
        adjust("line@example.org", "200");
        sweep();
        adjust("line@example.org", "-200");
        sweep();
        sweep();
        assertThat(mails("line@example.org")).isEqualTo(3);
    }

    @Test
    void credits_of_periods_ahead_do_not_hide_a_low_balance() {
        Browser browser = member("ahead@example.org");
        String account = server.text("SELECT account_id FROM person WHERE login = 'ahead@example.org'");
        put("/plans/month", "\"name\":\"Month\",\"cents\":900,\"period\":\"month\",\"credits\":1000");
        for (String more : List.of("\"periods\":3", "\"periods\":1,\"when\":\"now\"")) {
            String body = "{\"plan\":\"month\"," + more + ",\"reason\":\"by transfer\"}";
            assertThat(server.post("/admin/accounts/" + account + "/plan", body, ADMIN_KEY)
                            .status())
                    .isEqualTo(200);
        }
        want(browser, "2040"); // of 4,050, 2,000 of which begin later
        sweep();
        assertThat(mails("ahead@example.org")).isEqualTo(1);
        want(browser, "2060");
        sweep();
        assertThat(mails("ahead@example.org")).isEqualTo(2);
        assertThat(MailBox.text(box.to("ahead@example.org", 2).getLast())).contains("has 2050 credits left");
        assertThat(browser.get("/dashboard").body()).contains("below your line");
    }

    @Test
    void a_keys_limit_is_reported_once_at_80_and_once_at_100_percent() {
        Browser browser = member("keys@example.org");
        String key = key(browser, "eager");
        used(key, 16);
        adjust("keys@example.org", "1");
        sweep();
        adjust("keys@example.org", "1");
        sweep();
        assertThat(mails("keys@example.org")).isEqualTo(2);
        assertThat(MailBox.text(box.to("keys@example.org", 2).getLast()))
                .contains("The key 'eager' has used 16 of 20 credits, its spend limit for this day.");
        assertThat(browser.get("/dashboard").body()).contains("Key eager has used 80 % of its limit of ");
        used(key, 20);
        adjust("keys@example.org", "1");
        sweep();
        sweep();
        assertThat(mails("keys@example.org")).isEqualTo(3);
        assertThat(MailBox.text(box.to("keys@example.org", 3).getLast()))
                .contains("Calls with this key are refused until");
    }

    @Test
    void the_hold_of_a_running_call_does_not_count_as_used() {
        Browser browser = member("holder@example.org");
        want(browser, "50");
        String key = key(browser, "long");
        used(key, 3, 17);
        server.execute("UPDATE account SET balance_micros = balance_micros - 17000000, reserved_micros = 17000000"
                + " WHERE id = (SELECT account_id FROM person WHERE login = 'holder@example.org')");
        adjust("holder@example.org", "1");
        sweep();
        assertThat(mails("holder@example.org")).isEqualTo(1);
        used(key, 20);
        adjust("holder@example.org", "-2");
        sweep();
        assertThat(mails("holder@example.org")).isEqualTo(3);
        assertThat(box.to("holder@example.org", 3).stream().map(MailBox::text))
                .anyMatch(text -> text.contains("has 49 credits left"));
    }

    private static String key(Browser browser, String name) {
        String made = browser.submit(
                        "/dashboard/keys/new",
                        "/dashboard/keys/new",
                        Map.of("name", name, "unit", "credits", "day", "20"))
                .body();
        return found("/dashboard/keys/(key_[A-Za-z0-9]+)", made);
    }

    private static void used(String key, long credits) {
        used(key, credits, 0);
    }

    private static void used(String key, long credits, long held) {
        server.execute("DELETE FROM spend_window WHERE key_id = '" + key + "'");
        server.execute("INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros) VALUES ('"
                + key + "', 'day', " + NOON.toEpochMilli() / 86_400_000 * 86_400_000 + ", " + credits * 1_000_000
                + ", " + held * 1_000_000 + ")");
    }

    @Test
    void notices_to_an_unconfirmed_address_are_sent_once_it_is_confirmed() {
        Browser browser = member("unsure@example.org");
        server.execute(
                "UPDATE person SET confirmed_at = NULL, version = version + 1 WHERE login = 'unsure@example.org'");
        want(browser, "100");
        sweep();
        sweep();
        assertThat(mails("unsure@example.org")).isEqualTo(1);
        String email = "/dashboard/settings/email";
        browser.submit(email, email, Map.of("deed", "confirm"));
        String link = box.link("unsure@example.org", 2);
        browser.submit(link, link, Map.of());
        sweep();
        sweep();
        assertThat(MailBox.text(box.to("unsure@example.org", 3).getLast())).contains("below 100");
    }

    @Test
    void a_notice_without_room_in_the_queue_is_sent_later() {
        Browser browser = member("crowded@example.org");
        crowd("crowded@example.org");
        want(browser, "100");
        sweep();
        assertThat(mails("crowded@example.org")).isEqualTo(1);
        server.execute("DELETE FROM outgoing_mail WHERE id LIKE 'mail_crowd%'");
        sweep();
        sweep();
        assertThat(mails("crowded@example.org")).isEqualTo(2);
    }

    @Test
    void a_monthly_statement_that_finds_no_room_among_waiting_mails_goes_out_when_there_is_some() {
        Browser browser = member("monthly@example.org");
        browser.submit(
                "/dashboard/billing",
                "/dashboard/billing/contact",
                Map.of("name", "Ann Ltd", "address", "", "vat-id", ""));
        crowd("monthly@example.org");
        server.setNow(Instant.parse("2026-12-01T00:00:01Z"));
        try {
            server.people().mail().statements().sweep();
            assertThat(mails("monthly@example.org")).isEqualTo(1);
            server.execute("DELETE FROM outgoing_mail WHERE id LIKE 'mail_crowd%'");
            server.people().mail().statements().sweep();
            server.people().mail().statements().sweep();
            assertThat(mails("monthly@example.org")).isEqualTo(2);
        } finally {
            server.setNow(NOON);
        }
    }

    @Test
    void a_used_model_that_retires_soon_is_mailed_once_and_shown() {
        Browser user = member("uses-pro@example.net");
        Browser other = member("uses-another@example.net");
        call(user, "google/gemini-2.5-pro-preview-05-06");
        call(other, "gemini-3.1-pro");
        try {
            server.setNow(Instant.parse("2026-10-31T23:00:00Z"));
            server.people().mail().modelNotices().sweep();
            assertThat(mails("uses-pro@example.net")).as("31 days before").isEqualTo(1);

            server.setNow(NOON);
            server.people().mail().modelNotices().sweep();
            server.people().mail().modelNotices().sweep();
            sweep();
            server.people().mail().modelNotices().sweep();
            assertThat(mails("uses-pro@example.net")).isEqualTo(2);
            assertThat(mails("uses-another@example.net")).isEqualTo(1);
            String told = "From 1 Dec 2026 gemini-3.8-flash answers for google/gemini-2.5-pro-preview.";
            assertThat(MailBox.text(box.to("uses-pro@example.net", 2).getLast()))
                    .contains(told, "thinking levels", MailBox.SITE + "/docs/models");
            assertThat(user.get("/dashboard").body())
                    .contains("1 model you use changes on 1 December. Names and prices stay.");
            assertThat(other.get("/dashboard").body()).doesNotContain("you use change");

            server.setNow(Instant.parse("2026-12-01T00:00:00Z"));
            server.people().mail().modelNotices().sweep();
            assertThat(mails("uses-pro@example.net")).as("it has retired").isEqualTo(2);
            assertThat(user.get("/dashboard").body()).doesNotContain("you use change");
        } finally {
            server.setNow(NOON);
        }
    }

    @Test
    void a_dismissed_change_stays_away_and_a_new_one_is_shown() {
        Browser browser = member("dismisses@example.net");
        call(browser, "gemini-2.5-pro");
        String change = "gemini-2.5-pro@2026-12-01";
        assertThat(browser.get("/dashboard").body()).contains("name=\"changes\" value=\"" + change + "\"");
        dismiss(browser, "no-such-model@2026-12-01," + change);
        assertThat(browser.get("/dashboard").body()).doesNotContain("you use change");
        assertThat(server.text("SELECT subject FROM dismissed JOIN person ON person.id = person_id"
                        + " WHERE login = 'dismisses@example.net'"))
                .isEqualTo("model:" + change);
        call(browser, "google/gemini-2.5-pro");
        assertThat(browser.get("/dashboard").body())
                .contains("1 model you use changes on 1 December.", "value=\"google/gemini-2.5-pro@2026-12-01\"");
    }

    @Test
    void a_rise_of_a_price_group_is_mailed_once_to_those_in_it() {
        Browser partner = member("partner@example.net");
        Browser other = member("standard@example.net");
        call(partner, "gemini-3.1-pro");
        call(other, "gemini-3.1-pro");
        String account = server.text("SELECT account_id FROM person WHERE login = 'partner@example.net'");
        put("/groups/gold", "\"factor\":850");
        put("/accounts/" + account + "/group", "\"group\":\"gold\"");
        put("/groups/gold", "\"factor\":900,\"from\":\"2026-11-27\"");
        server.people().mail().modelNotices().sweep();
        server.people().mail().modelNotices().sweep();
        assertThat(mails("partner@example.net")).isEqualTo(2);
        assertThat(mails("standard@example.net")).isEqualTo(1);
        assertThat(MailBox.text(box.to("partner@example.net", 2).getLast()))
                .contains("From 27 Nov 2026 the price of gemini-3.1-pro changes: ");
    }

    private static void put(String path, String member) {
        PortalServer.Reply reply =
                server.send("PUT", "/admin" + path, "{" + member + ",\"reason\":\"a partner\"}", ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static void dismiss(Browser browser, String changes) {
        assertThat(browser.submit("/dashboard", "/dashboard/changes", Map.of("changes", changes))
                        .status())
                .isEqualTo(303);
    }

    @Test
    void a_change_of_a_model_waits_for_room_among_mails() {
        Browser browser = member("pro-and-mails@example.net");
        call(browser, "gemini-2.5-pro");
        crowd("pro-and-mails@example.net");
        server.people().mail().modelNotices().sweep();
        assertThat(mails("pro-and-mails@example.net")).isEqualTo(1);
        server.execute("DELETE FROM outgoing_mail WHERE id LIKE 'mail_crowd%'");
        server.people().mail().modelNotices().sweep();
        server.people().mail().modelNotices().sweep();
        assertThat(mails("pro-and-mails@example.net")).isEqualTo(2);
    }

    private static void call(Browser browser, String model) {
        String made = browser.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "caller"))
                .body();
        String key = found("sk-[0-9a-f]{64}", made);
        PortalServer.Reply reply = server.post(
                "/v1/chat/completions",
                "{\"model\":\"" + model + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    /** The most mails that may wait for one account. */
    private static void crowd(String email) {
        String account = server.text("SELECT account_id FROM person WHERE login = '" + email + "'");
        for (int i = 0; i < 20; i++) {
            server.execute("INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts,"
                    + " queued_at, due_at) VALUES ('mail_crowd" + i + "', '" + account
                    + "', 'somebody@example.org', 'a', '', 'waiting', 0, 0, 4000000000000)");
        }
    }

    @Test
    void each_of_many_keys_at_their_limits_is_reported() {
        Browser browser = member("many@example.org");
        for (int i = 0; i < 7; i++) {
            used(key(browser, "key " + i), 20);
        }
        adjust("many@example.org", "1");
        sweep();
        sweep();
        sweep();
        assertThat(mails("many@example.org")).isEqualTo(8);
    }
}
