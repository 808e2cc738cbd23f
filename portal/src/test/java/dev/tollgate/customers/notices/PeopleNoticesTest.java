package dev.tollgate.customers.notices;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Mails and events about keys that expire soon or are unused, about credits that expire and plans that are closed, and about members who join, leave or get another role. */
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(120)
class PeopleNoticesTest {

    @Parameter
    Stores stores;

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final String ANN = "ann@example.org";
    private static final String PASSWORD = "somebody who has keys";

    private MailBox box;
    private PortalServer server;
    private Browser ann;
    private String account;

    @BeforeEach
    void start() {
        box = new MailBox();
        server = PortalServer.startOn(stores, box.settings("http.trusted-hops", "1"));
        server.setNow(NOW);
        ann = browser(1).signUp(box, ANN, PASSWORD);
        account = server.text("SELECT account_id FROM person WHERE login = '" + ANN + "'");
    }

    @AfterEach
    void stop() {
        server.close();
        box.close();
    }

    private Browser browser(int network) {
        return new Browser(server.url(), server.url(), Map.of("x-forwarded-for", "198.18." + network + ".1"));
    }

    private void open(Browser browser, String email) {
        String link = box.link(email, 1);
        browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"));
    }

    /** The function that puts texts in a row. */
    private String listed() {
        return stores == Stores.SQLITE ? "group_concat" : "string_agg";
    }

    private void sweep() {
        server.people().mail().keyNotices().sweep();
        server.people().mail().grantNotices().sweep();
        server.people().mail().planNotices().sweep();
        server.people().mail().memberNotices().sweep();
    }

    private List<String> subjects(String email) {
        return server.text("SELECT COALESCE(" + listed() + "(subject, '\n'), '') FROM outgoing_mail WHERE recipient = '"
                        + email
                        + "' AND (subject LIKE 'Keys%' OR subject LIKE 'Members%' OR subject LIKE 'Your membership%')")
                .lines()
                .toList();
    }

    /** Returns the second mail that a person gets; the first is about the sign-up. */
    private String secondMail(String email) {
        return MailBox.text(box.to(email, 2).getLast());
    }

    private void key(String name, Instant made, Instant used, Instant ends) {
        server.execute("INSERT INTO api_key (id, account_id, hash, prefix, name, kind, allow, created_at, last_used_at,"
                + " expires_at, number) VALUES ('key_" + name + "', '" + account + "', '" + name
                + "', 'sk-1', '" + name
                + "', 'api', '', " + made.toEpochMilli() + ", " + (used == null ? "NULL" : used.toEpochMilli())
                + ", "
                + (ends == null ? "NULL" : ends.toEpochMilli()) + ", (SELECT MAX(number) + 1 FROM api_key))");
    }

    private String events() {
        return server.text("SELECT COALESCE(" + listed() + "(event || ' ' || data, '\n'), '') FROM webhook_delivery"
                + " WHERE event LIKE 'key.%' OR event LIKE 'member.%'");
    }

    private void webhook() {
        String page = "/dashboard/webhooks";
        Map<String, String> fields =
                new HashMap<>(Map.of("deed", "create", "url", "https://hooks.example.org/x", "form", "standard"));
        WebhookEvent.CHOSEN.forEach(event -> fields.put("events." + event.text(), "on"));
        ann.submit(page, page, fields);
    }

    @Test
    void a_key_that_expires_within_a_week_is_announced_once_and_again_with_another_end() {
        webhook();
        Instant made = NOW.minus(Duration.ofDays(30));
        key("soon", made, NOW, NOW.plus(Duration.ofDays(6)));
        key("later", made, NOW, NOW.plus(Duration.ofDays(8)));
        key("short", NOW, NOW, NOW.plus(Duration.ofDays(2)));
        key("over", made, NOW, NOW.minusSeconds(1));
        sweep();
        sweep();
        assertThat(subjects(ANN)).containsExactly("Keys at Tollgate expire soon");
        assertThat(secondMail(ANN))
                .contains("soon expires at 2026-11-26T12:00:00Z.")
                .doesNotContain("later", "short", "over");
        assertThat(events())
                .isEqualTo("key.expiring {\"key\":\"key_soon\",\"name\":\"soon\",\"expires_at\":"
                        + NOW.plus(Duration.ofDays(6)).getEpochSecond() + "}");
        server.execute("UPDATE api_key SET expires_at = expires_at + 1000 WHERE id = 'key_soon'");
        sweep();
        assertThat(subjects(ANN)).hasSize(2);
    }

    @Test
    void a_key_that_was_not_used_for_ninety_days_is_announced_once_after_each_use() {
        webhook();
        Instant old = NOW.minus(Duration.ofDays(91));
        key("never", old, null, null);
        key("long-ago", old, old, null);
        key("young", NOW.minus(Duration.ofDays(89)), null, null);
        key("busy", old, NOW.minus(Duration.ofDays(1)), null);
        key("manager", old, null, null);
        server.execute("UPDATE api_key SET kind = 'management' WHERE id = 'key_manager'");
        sweep();
        sweep();
        assertThat(subjects(ANN)).containsExactly("Keys at Tollgate are unused");
        assertThat(secondMail(ANN))
                .contains("long-ago was not used for 90 days.", "never was not used for 90 days.")
                .doesNotContain("young", "busy", "manager");
        assertThat(events().lines()).hasSize(2).allMatch(event -> event.startsWith("key.unused "));
        long used = NOW.minus(Duration.ofDays(90)).toEpochMilli();
        server.execute("UPDATE api_key SET last_used_at = " + used + " WHERE id = 'key_never'");
        sweep();
        assertThat(subjects(ANN)).hasSize(2);
        assertThat(events().lines().filter(event -> event.contains("key_never")))
                .hasSize(2);
    }

    private void grant(int credits, Duration life, String more) {
        PortalServer.Reply reply = server.post(
                "/admin/accounts/" + account + "/grants",
                "{\"credits\":" + credits + ",\"expires_at\":"
                        + server.now().plus(life).getEpochSecond() + more + ",\"reason\":\"a gift\"}",
                server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void credits_of_days_ahead_are_not_announced_as_expiring() {
        String plan = "{\"name\":\"Day\",\"cents\":0,\"period\":\"day\",\"credits\":100,\"reason\":\"a pass\"}";
        server.send("PUT", "/admin/plans/day", plan, server.adminKey());
        for (String more : List.of("\"periods\":12", "\"periods\":1,\"when\":\"now\"")) {
            String body = "{\"plan\":\"day\"," + more + ",\"reason\":\"by transfer\"}";
            assertThat(server.post("/admin/accounts/" + account + "/plan", body, server.adminKey())
                            .status())
                    .isEqualTo(200);
        }
        server.setNow(NOW.plus(Duration.ofDays(5)));
        sweep();
        assertThat(creditMails(ANN)).isZero();
    }

    @Test
    void credits_that_expire_within_a_week_are_announced_once_a_grant_to_owners_and_billing() {
        webhook();
        String members = "/dashboard/members";
        for (String role : List.of("billing", "admin")) {
            String email = role + "@example.org";
            ann.submit(members, members, Map.of("deed", "invitation.create", "email", email, "role", role));
            open(browser(role.length()), email);
        }
        grant(30, Duration.ofDays(20), ",\"models\":[\"gemini-2.5-*\"]");
        grant(40, Duration.ofDays(22), "");
        grant(10, Duration.ofDays(20), "");
        grant(50, Duration.ofDays(20), "");
        assertThat(server.post(
                                "/admin/accounts/" + account + "/grants/4/end",
                                "{\"reason\":\"over\"}",
                                server.adminKey())
                        .status())
                .isEqualTo(200);
        Instant ends = server.now().plus(Duration.ofDays(20));
        server.setNow(ends.minus(Duration.ofDays(7)).minusSeconds(1));
        sweep();
        assertThat(creditMails(ANN)).isZero();
        server.setNow(ends.minus(Duration.ofDays(7)));
        grant(60, Duration.ofDays(7), "");
        sweep();
        sweep();
        assertThat(creditMails(ANN)).isEqualTo(1);
        assertThat(creditMails("billing@example.org")).isEqualTo(1);
        assertThat(creditMails("admin@example.org")).isZero();
        int mails = (int) server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + ANN + "'");
        assertThat(box.to(ANN, mails).stream().map(MailBox::text).filter(mail -> mail.contains("credits of grant")))
                .singleElement()
                .asString()
                .contains("30 credits of grant 1 for gemini-2.5-* expire at 2026-12-10T12:00:00Z.")
                .doesNotContain("grant 2", "grant 3", "grant 4", "grant 5");
        assertThat(server.text("SELECT data FROM webhook_delivery WHERE event = 'grant.expiring'"))
                .isEqualTo("{\"grant\":1,\"left\":30,\"expires_at\":" + ends.getEpochSecond() + "}");
        server.setNow(ends.minus(Duration.ofDays(5)));
        sweep();
        assertThat(creditMails(ANN)).isEqualTo(2);
    }

    private void done(String method, String path, String body) {
        PortalServer.Reply reply = server.send(method, "/admin" + path, body, server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void a_closed_plan_is_announced_once_to_owners_and_billing_unless_it_was_cancelled() {
        webhook();
        String members = "/dashboard/members";
        for (String role : List.of("billing", "admin")) {
            String email = role + "@example.org";
            ann.submit(members, members, Map.of("deed", "invitation.create", "email", email, "role", role));
            open(browser(role.length()), email);
        }
        for (String plan : List.of("pro", "max")) {
            done(
                    "PUT",
                    "/plans/" + plan,
                    "{\"name\":\"The " + plan
                            + "\",\"cents\":900,\"period\":\"month\",\"credits\":5,\"reason\":\"a plan\"}");
        }
        Browser eve = browser(9).signUp(box, "eve@example.org", PASSWORD);
        String other = server.text("SELECT account_id FROM person WHERE login = 'eve@example.org'");
        for (String id : List.of(account, other)) {
            done("POST", "/accounts/" + id + "/plan", "{\"plan\":\"pro\",\"periods\":3,\"reason\":\"paid\"}");
        }
        eve.submit("/dashboard/billing", "/dashboard/billing/plan", Map.of("deed", "plan.cancel"));
        done("POST", "/plans/max/close", "{\"reason\":\"over\"}");
        sweep();
        assertThat(planMails(ANN)).isZero();
        done("POST", "/plans/pro/close", "{\"reason\":\"over\"}");
        sweep();
        sweep();
        assertThat(planMails(ANN)).isEqualTo(1);
        assertThat(planMails("billing@example.org")).isEqualTo(1);
        assertThat(planMails("admin@example.org")).isZero();
        assertThat(planMails("eve@example.org")).isZero();
        int mails = (int) server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + ANN + "'");
        assertThat(box.to(ANN, mails).stream().map(MailBox::text).filter(mail -> mail.contains("Plan The pro")))
                .singleElement()
                .asString()
                .contains("is no longer offered: it ends at 2026-12-20T12:00:00Z, and no period follows.");
        assertThat(server.text("SELECT data FROM webhook_delivery WHERE event = 'plan.closed'"))
                .isEqualTo("{\"plan\":\"pro\",\"name\":\"The pro\",\"ends_at\":"
                        + Instant.parse("2026-12-20T12:00:00Z").getEpochSecond() + "}");
    }

    @Test
    void a_closed_plan_is_said_to_end_with_the_last_period_that_was_bought() {
        done(
                "PUT",
                "/plans/pro",
                "{\"name\":\"The pro\",\"cents\":900,\"period\":\"month\",\"credits\":5,\"on_sale\":true,\"reason\":\"a plan\"}");
        Plan.Version version =
                Objects.requireNonNull(server.books().stores().plans().version("pro", 1));
        TestPayments tests = Objects.requireNonNull(server.money().testPayments());
        Acting by = new Acting(account, "per_1", "192.0.2.1", null);
        for (int i = 0; i < 2; i++) {
            Payments payments = server.money().payments();
            tests.end(
                    payments.beginPlan(by, Payment.Channel.TEST, "pay_" + i, version, false)
                            .orThrow(),
                    true);
        }
        done(
                "POST",
                "/accounts/" + account + "/plan",
                "{\"plan\":\"pro\",\"periods\":3,\"when\":\"after\",\"reason\":\"paid\"}");
        done("POST", "/plans/pro/close", "{\"reason\":\"over\"}");
        sweep();
        int mails = (int) server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + ANN + "'");
        assertThat(box.to(ANN, mails).stream().map(MailBox::text).filter(mail -> mail.contains("Plan The pro")))
                .singleElement()
                .asString()
                .contains("it ends at 2027-01-20T12:00:00Z, and no period follows.");
    }

    @Test
    void a_plan_whose_money_went_back_is_told_once_to_owners_and_billing() {
        String plan = "{\"name\":\"The pro\",\"cents\":900,\"period\":\"month\",\"credits\":5,\"reason\":\"a plan\"}";
        done("PUT", "/plans/pro", plan);
        done("POST", "/accounts/" + account + "/plan", "{\"plan\":\"pro\",\"periods\":1,\"reason\":\"paid\"}");
        sweep();
        assertThat(endMails()).isZero();
        server.execute("UPDATE subscription SET ended_by = 'refunded', ended_at = starts_at + 1000");
        server.execute("UPDATE account SET blocked = 1 WHERE id = '" + account + "'");
        sweep();
        sweep();
        assertThat(endMails()).isEqualTo(1);
        assertThat(secondMail(ANN)).contains("the money of its last periods was refunded or disputed");
    }

    private long planMails(String email) {
        return server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + email
                + "' AND subject = 'Your plan at Tollgate ends'");
    }

    private long endMails() {
        return server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + ANN
                + "' AND subject = 'Your plan at Tollgate has ended'");
    }

    private long creditMails(String email) {
        return server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + email
                + "' AND subject = 'Credits at Tollgate expire soon'");
    }

    @Test
    void others_get_a_mail_when_a_member_joins_leaves_or_gets_a_role() {
        sweep();
        assertThat(subjects(ANN)).as("of her own account").isEmpty();
        String members = "/dashboard/members";
        ann.submit(members, members, Map.of("deed", "invitation.create", "email", "bob@example.org", "role", "member"));
        open(browser(2), "bob@example.org");
        sweep();
        sweep();
        assertThat(subjects(ANN)).containsExactly("Members of " + ANN + " at Tollgate have changed");
        assertThat(secondMail(ANN)).contains("bob@example.org has joined " + ANN + " at Tollgate. The role is member.");
        assertThat(subjects("bob@example.org")).isEmpty();

        String bob = members + "/" + server.text("SELECT id FROM member WHERE role = 'member'");
        server.execute("UPDATE person SET name = 'Ann Miller', version = version + 1 WHERE login = '" + ANN + "'");
        ann.submit(bob, bob, Map.of("deed", "member.set", "role", "viewer"));
        sweep();
        assertThat(subjects(ANN)).as("she did it").hasSize(1);
        assertThat(subjects("bob@example.org"))
                .containsExactly("Your membership of " + ANN + " at Tollgate has changed");
        assertThat(secondMail("bob@example.org"))
                .contains("Your role in " + ANN + " at Tollgate has changed. Your role is viewer. Ann Miller made the"
                        + " change.")
                .doesNotContain("bob@example.org has another role");
        assertThat(server.number("SELECT COUNT(*) FROM member_notice")).isZero();
    }

    @Test
    void a_balance_below_a_members_line_is_an_event_once_a_day() {
        webhook();
        server.execute(
                "UPDATE person SET balance_line = 1000000000, version = version + 1 WHERE login = '" + ANN + "'");
        server.people().mail().notices().sweep();
        server.execute("UPDATE person SET version = version + 1 WHERE login = '" + ANN + "'");
        server.people().mail().notices().sweep();
        String events = server.text("SELECT COALESCE(" + listed()
                + "(event || ' ' || data, '\n'), '') FROM webhook_delivery WHERE event = 'balance.low'");
        assertThat(events.lines()).hasSize(1);
        assertThat(events).startsWith("balance.low {\"balance\":").endsWith(",\"line\":1000}");
    }

    @Test
    void an_account_whose_mails_find_no_room_delays_no_other_one() {
        browser(3).signUp(box, "carl@example.org", PASSWORD);
        String other = server.text("SELECT account_id FROM person WHERE login = 'carl@example.org'");
        sweep();
        List<String> both = Stream.of(account, other).sorted().toList();
        Instant old = NOW.minus(Duration.ofDays(91));
        for (int i = 0; i < 20; i++) { // as many as an account may have
            server.execute("INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts,"
                    + " queued_at, due_at) VALUES ('mail_x" + i + "', '" + both.getFirst()
                    + "', 'x@example.org', 'x', 'x', 'waiting', 0, 1, 9999999999999)");
        }
        for (String each : both) {
            account = each;
            key("k" + each, old, old, null);
            server.execute(
                    "INSERT INTO account_log (account_id, number, created_at, actor, action, subject, after_json)"
                            + " VALUES ('" + each
                            + "', 100, 1, 'operator', 'member.role', 'mem_none', '{\"role\":\"admin\"}')");
            server.execute("INSERT INTO member_notice (account_id, number) VALUES ('" + each + "', 100)");
        }

        sweep();

        assertThat(server.text("SELECT account_id FROM member_notice")).isEqualTo(both.getFirst());
        assertThat(server.text("SELECT owner FROM told WHERE kind = 'key.unused'"))
                .isEqualTo(both.getLast());
        server.execute("DELETE FROM outgoing_mail WHERE recipient = 'x@example.org'");
        sweep();
        assertThat(server.number("SELECT COUNT(*) FROM member_notice")).isZero();
        assertThat(server.number("SELECT COUNT(*) FROM told WHERE kind = 'key.unused'"))
                .isEqualTo(2);
    }
}
