package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.UpstreamScript;
import jakarta.mail.internet.MimeMessage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

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
            Browser browser = new Browser(one.url()).signUp(box, "ann@example.org", "somebody who pays");
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
            new Browser(one.url()).signUp(box, "ann@example.org", "somebody who calls");
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
            assertThat(one.text("SELECT fact FROM told WHERE kind = 'models'")).isEqualTo("gemini-2.5-pro@2026-12-01");
        }
    }

    @Test
    void a_model_that_answers_for_another_is_reported_once_by_both_servers() {
        String url = Postgres.migrated();
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        UpstreamScript answer = UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"fine"}]},"finishReason":"STOP"}],"modelVersion":"gemini-3.6-flash",
                 "usageMetadata":{"promptTokenCount":10000,"candidatesTokenCount":2000,"totalTokenCount":12000}}""");
        try (MailBox box = new MailBox();
                LogCapture log = new LogCapture();
                Gateway one = Gateway.startOn(url, environment, box.settings());
                Gateway two = Gateway.startOn(url, environment, box.settings())) {
            List<Gateway> both = List.of(one, two);
            at("2026-10-01T10:00:00Z", both);
            new Browser(one.url()).signUp(box, "op@example.org", "somebody who operates");
            one.execute("UPDATE person SET role = 'operator' WHERE login = 'op@example.org'");
            Customer customer = one.customer("1000");
            for (Gateway each : both) {
                each.script(answer);
                Gateway.Reply reply =
                        each.post("/v1/chat/completions", """
                        {"model":"gemini-3.5-flash","stream":false,"messages":[{"role":"user","content":"%s"}]}""".formatted("word ".repeat(10_000)), customer.key());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
            assertThat(one.text("SELECT MIN(cost_micros) || ' ' || MAX(cost_micros) || ' ' || COUNT(*) FROM call"))
                    .isEqualTo("3000000 3000000 2");
            at("2026-10-01T10:10:00Z", both);
            both.forEach(each -> each.app().people().mail().routingNotices().sweep());
            assertThat(MailBox.text(box.to("op@example.org", 2).getLast()))
                    .contains("gemini-3.5-flash was sent, and gemini-3.6-flash answered.", "/console/prices");
            one.restart();
            both.forEach(each -> each.app().people().mail().routingNotices().sweep());
            assertThat(log.text().lines().filter(line -> line.contains("gemini-3.6-flash answered")))
                    .hasSize(1);
            assertThat(one.number("SELECT COUNT(*) FROM answered_by")).isEqualTo(1);
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'op@example.org'"))
                    .isEqualTo(2);
            JsonNode flash = one.get("/admin/models", ADMIN_KEY)
                    .json()
                    .get("data")
                    .valueStream()
                    .filter(model -> model.get("id").asString().equals("gemini-3.5-flash"))
                    .findFirst()
                    .orElseThrow();
            assertThat(flash.at("/answered_by/0/answered").asString()).isEqualTo("gemini-3.6-flash");
            one.execute("INSERT INTO answered_by (channel, sent, answered, first_at) VALUES ('a', 'm', 'n', "
                    + Instant.parse("2026-10-01T11:00:00Z").toEpochMilli() + ")");
            both.forEach(each -> each.app().people().mail().routingNotices().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'op@example.org'"))
                    .as("one mail a day")
                    .isEqualTo(2);
            at("2026-10-02T10:10:00Z", both);
            both.forEach(each -> each.app().people().mail().routingNotices().sweep());
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'op@example.org'"))
                    .isEqualTo(3);
            one.assertBooksAreClosed();
        }
    }

    /** Neither server's models are the sandbox, so their cost is the operator's: the clock goes over 1 December and 1 January. */
    @Test
    void coming_prices_are_mailed_once_under_the_names_that_customers_use() {
        String url = Postgres.migrated();
        String[] own = {
            "gemini.base-url",
            "http://127.0.0.1:9",
            "gemini.api-key",
            "none",
            "http.trusted-hops",
            "1",
            "sign-up.open",
            "true"
        };
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(url, environment, box.settings(own));
                Gateway two = Gateway.startOn(url, environment, box.settings(own))) {
            List<Gateway> both = List.of(one, two);
            at("2026-11-28T09:00:00Z", both);
            Map<String, List<String>> users = new TreeMap<>(Map.of(
                    "pro", List.of("google/gemini-2.5-pro"),
                    "flash", List.of("gemini-3.8-flash"),
                    "both", List.of("google/gemini-2.5-pro", "gemini-3.8-flash"),
                    "hand", List.of("gemini-3.1-pro"),
                    "argon", List.of("gemini-4-argon"),
                    "routed", List.of("gemini-3.5-flash"),
                    "neither", List.of("gemini-3.1-flash-lite")));
            users.keySet().forEach(name -> signUp(box, one, name, name.hashCode() & 127));
            price(
                    two,
                    "{\"input\":200,\"reasoning\":\"billed\",\"from\":\"2026-12-20T00:00:00Z\",\"reason\":\"a test\"}");
            Map<String, List<String>> mails = new TreeMap<>();
            users.keySet().forEach(name -> mails.put(name, new ArrayList<>()));
            for (LocalDate day = LocalDate.of(2026, 11, 28);
                    day.isBefore(LocalDate.of(2027, 1, 4));
                    day = day.plusDays(1)) {
                Instant noon = Instant.parse(day + "T12:00:00Z");
                at(noon.toString(), both);
                users.forEach((name, models) -> models.forEach(model -> use(one, name, model, noon)));
                if (day.getDayOfMonth() == 10) {
                    price(one, "{\"output\":970,\"from\":\"2026-12-21T08:30:00Z\",\"reason\":\"a test\"}");
                }
                if (day.getDayOfMonth() % 10 == 1) {
                    one.restart();
                }
                both.stream()
                        .map(each -> CompletableFuture.runAsync(
                                each.app().people().mail().modelNotices()::sweep))
                        .toList()
                        .forEach(CompletableFuture::join);
                for (String name : users.keySet()) {
                    String email = name + "@example.org";
                    long queued = one.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + email + "'");
                    for (int i = mails.get(name).size() + 1; i < queued; i++) {
                        mails.get(name)
                                .add(day + ": "
                                        + sentences(box.to(email, (int) queued).get(i)));
                    }
                }
            }
            String retires = "2026-11-28: From 1 Dec 2026 gemini-3.8-flash answers for google/gemini-2.5-pro.";
            String kept = "Name and price of google/gemini-2.5-pro stay the same.";
            String doubles =
                    "2026-12-02: On 1 Jan 2027 the provider doubles its price for gemini-3.8-flash, which answers for"
                            + " google/gemini-2.5-pro. Your price for google/gemini-2.5-pro stays until the operator changes it.";
            String rises =
                    "From 1 Jan 2027, 08:00 UTC the price of gemini-3.8-flash changes: input from 150 to 300, output from"
                            + " 750 to 1,500, cached input from 15 to 30 credits (tokens by the million).";
            assertThat(mails.get("pro")).hasSize(2);
            assertThat(mails.get("pro").getFirst()).startsWith(retires).endsWith(kept);
            assertThat(mails.get("pro").getLast()).isEqualTo(doubles);
            assertThat(mails.get("flash")).containsExactly("2026-12-02: " + rises);
            assertThat(mails.get("both")).hasSize(2);
            assertThat(mails.get("both").getFirst()).startsWith(retires).endsWith(kept);
            assertThat(mails.get("both").getLast()).isEqualTo("2026-12-02: " + rises + "\n" + doubles.substring(12));
            assertThat(mails.get("hand"))
                    .containsExactly(
                            "2026-11-28: From 20 Dec 2026 the price of gemini-3.1-pro changes: input from 160 to 200 credits"
                                    + " (tokens by the million); thoughts, free before, are billed as output.",
                            "2026-12-10: From 21 Dec 2026, 08:30 UTC the price of gemini-3.1-pro changes: output from 960 to"
                                    + " 970 credits (tokens by the million).");
            assertThat(mails.get("argon"))
                    .containsExactly(
                            "2026-11-28: From 1 Dec 2026, 08:00 UTC the price of gemini-4-argon changes: input from"
                                    + " 400 to 800, output from 2,000 to 4,000, cached input from 20 to 40 credits (tokens by the million).");
            assertThat(mails.get("routed"))
                    .as("it costs less from 8 December on, and rises then")
                    .containsExactly("2026-12-02: " + rises.replace("gemini-3.8-flash", "gemini-3.5-flash"));
            assertThat(mails.get("neither")).isEmpty();
        }
    }

    @Test
    void two_prices_that_begin_on_one_day_are_mailed_once_each() {
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(Postgres.migrated(), environment, box.settings())) {
            one.setNow(Instant.parse("2026-11-28T09:00:00Z"));
            new Browser(one.url()).signUp(box, "ann@example.org", "somebody who calls");
            use(one, "ann", "gemini-3.1-pro", Instant.parse("2026-11-28T08:00:00Z"));
            for (String price : List.of(
                    "{\"input\":200,\"from\":\"2026-12-20T08:00:00Z\"",
                    "{\"input\":300,\"from\":\"2026-12-20T16:00:00Z\"")) {
                price(one, price + ",\"reason\":\"a test\"}");
                for (int i = 0; i < 3; i++) {
                    one.app().people().mail().modelNotices().sweep();
                }
            }
            assertThat(one.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'ann@example.org'"))
                    .isEqualTo(3);
        }
    }

    private static void signUp(MailBox box, Gateway server, String name, int network) {
        new Browser(server.url(), server.url(), Map.of("x-forwarded-for", "198.18." + network + ".1"))
                .signUp(box, name + "@example.org", "somebody who calls");
    }

    private static void use(Gateway server, String name, String model, Instant at) {
        String account = server.text("SELECT account_id FROM person WHERE login = '" + name + "@example.org'");
        server.execute("UPDATE account SET last_number_at = " + at.toEpochMilli() + " WHERE id = '" + account + "'");
        server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model) VALUES ('" + account + "', "
                + at.toEpochMilli() + ", 'key_1', '" + model + "')");
    }

    private static void price(Gateway server, String body) {
        Gateway.Reply reply = server.post("/admin/models/gemini-3.1-pro/prices", body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    /** Returns the sentences of a mail about models. */
    private static String sentences(MimeMessage mail) {
        String text = MailBox.text(mail).replace("\r", "");
        return text.substring(text.indexOf("30 days.") + 8, text.indexOf("Each change is"))
                .strip()
                .replace("\n\n", "\n");
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
