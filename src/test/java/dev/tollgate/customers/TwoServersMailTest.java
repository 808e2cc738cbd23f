package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Postgres;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mails of two servers that share a PostgreSQL. */
@Timeout(120)
class TwoServersMailTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final int MAILS = 24;

    @Test
    void a_statement_goes_by_mail_once_a_month_from_one_of_the_servers_and_after_a_restart_no_more() {
        String url = Postgres.migrated();
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(url, Map.of(), box.settings());
                Gateway two = Gateway.startOn(url, Map.of(), box.settings())) {
            List<Gateway> both = List.of(one, two);
            at("2026-10-20T10:00:00Z", both);
            Browser browser = new Browser(one.url());
            browser.submit("/sign-up", "/sign-up", Map.of("email", "ann@example.org"));
            String link = box.link("ann@example.org", 1);
            browser.submit(link, link, Map.of("password", "somebody who pays", "zone", "UTC"));
            browser.submit(
                    "/dashboard/billing",
                    "/dashboard/billing/contact",
                    Map.of("name", "Ann Ltd", "address", "", "vat-id", ""));
            assertThat(browser.get("/dashboard/billing").body()).contains("come by e-mail once a month");
            one.execute(
                    "INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state, ended_at)"
                            + " SELECT 'pay_of_october', account_id, 'test', 1, 2500, 5000000000, 'paid', "
                            + Instant.parse("2026-10-21T10:00:00Z").toEpochMilli()
                            + " FROM person WHERE login = 'ann@example.org'");
            at("2026-10-31T23:59:59Z", both);
            both.forEach(each -> each.app().people().mail().statements().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail")).isEqualTo(1);
            at("2026-11-01T00:00:01Z", both);
            List<CompletableFuture<Void>> sweeps = both.stream()
                    .map(each -> CompletableFuture.runAsync(
                            each.app().people().mail().statements()::sweep))
                    .toList();
            sweeps.forEach(CompletableFuture::join);
            assertThat(MailBox.text(box.to("ann@example.org", 2).getLast()))
                    .contains(
                            "The statement for October 2026 (UTC)",
                            MailBox.SITE + "/dashboard/billing/statements/2026-10",
                            MailBox.SITE + "/dashboard/billing/invoices/pay_of_october");
            one.restart();
            both.forEach(each -> each.app().people().mail().statements().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail")).isEqualTo(2);
            at("2026-12-01T00:00:01Z", both);
            both.forEach(each -> each.app().people().mail().statements().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail"))
                    .as("nothing has moved in November")
                    .isEqualTo(2);
        }
    }

    @Test
    void a_change_of_a_model_is_mailed_by_one_of_the_servers() {
        String url = Postgres.migrated();
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(url, Map.of(), box.settings());
                Gateway two = Gateway.startOn(url, Map.of(), box.settings())) {
            List<Gateway> both = List.of(one, two);
            at("2026-11-20T10:00:00Z", both);
            Browser browser = new Browser(one.url());
            browser.submit("/sign-up", "/sign-up", Map.of("email", "ann@example.org"));
            String link = box.link("ann@example.org", 1);
            browser.submit(link, link, Map.of("password", "somebody who calls", "zone", "UTC"));
            one.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model) SELECT account_id, "
                    + Instant.parse("2026-11-19T10:00:00Z").toEpochMilli()
                    + ", 'key_1', 'gemini-2.5-pro' FROM person WHERE login = 'ann@example.org'");
            List<CompletableFuture<Void>> sweeps = both.stream()
                    .map(each -> CompletableFuture.runAsync(
                            each.app().people().mail().modelNotices()::sweep))
                    .toList();
            sweeps.forEach(CompletableFuture::join);
            one.restart();
            both.forEach(each -> each.app().people().mail().modelNotices().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail")).isEqualTo(2);
            assertThat(one.text("SELECT models FROM told_notice")).isEqualTo("gemini-2.5-pro@2026-12-01");
        }
    }

    private static void at(String time, List<Gateway> servers) {
        servers.forEach(each -> each.setNow(Instant.parse(time)));
    }

    @Test
    void each_mail_is_sent_by_one_of_the_servers_and_once() {
        String url = Postgres.migrated();
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(url, environment, box.settings());
                Gateway two = Gateway.startOn(url, environment, box.settings())) {
            for (int i = 0; i < MAILS; i++) {
                Gateway asked = i % 2 == 0 ? one : two;
                String body = "{\"to\":\"ann" + i + "@example.org\",\"reason\":\"a test\"}";
                assertThat(asked.post("/admin/mail", body, ADMIN_KEY).status()).isEqualTo(202);
            }
            Gateway.await(
                    "all to be sent",
                    () -> one.number("SELECT COUNT(*) FROM outgoing_mail WHERE state = 'sent'") == MAILS);
            assertThat(box.count()).isEqualTo(MAILS);
            for (int i = 0; i < MAILS; i++) {
                assertThat(box.now("ann" + i + "@example.org")).hasSize(1);
            }
            assertThat(one.number("SELECT MAX(attempts) FROM outgoing_mail")).isEqualTo(1);
        }
    }
}
