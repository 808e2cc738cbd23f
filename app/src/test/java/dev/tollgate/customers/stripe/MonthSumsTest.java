package dev.tollgate.customers.stripe;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.StripeStandIn;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A month of calls, payments, refunds and disputes has the same sums everywhere. */
class MonthSumsTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Instant BEGIN = Instant.parse("2026-10-01T00:00:00Z");
    private static final Instant END = Instant.parse("2026-11-01T00:00:00Z");
    private static final Pattern ROW = Pattern.compile(
            "<th scope=\"row\">(.*?)</th><td[^>]*>[^<]*</td>" + "<td class=\"num\">([^<]*)</td>", Pattern.DOTALL);
    private static final Pattern PAPER = Pattern.compile("href=\"(/dashboard/billing/invoices/[a-z0-9_]+)\"");
    private static final Pattern PAID = Pattern.compile("<th scope=\"row\">([0-9,.]+) credits</th>");

    @Test
    void a_month_adds_up_on_the_statement_the_papers_the_ledger_and_by_the_api() throws Exception {
        long seed = Effort.seed("test.seed");
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        try (StripeStandIn stripe = new StripeStandIn();
                Gateway gateway = Gateway.start(
                        Map.of(
                                "TOLLGATE_STRIPE_SECRET_KEY",
                                StripeStandIn.KEY,
                                "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                                StripeStandIn.SECRET),
                        "stripe.url",
                        stripe.url())) {
            gateway.setNow(BEGIN.minus(Duration.ofDays(1)));
            new Browser(gateway.url()).signUp("month@example.org", PASSWORD);
            String account = gateway.text("SELECT account_id FROM person WHERE login = 'month@example.org'");
            KeyResult.Made key =
                    gateway.commands().createKey(account, KeySettings.named("m").withKind(KeyKind.MANAGEMENT));
            KeyResult.Made caller = gateway.commands().createKey(account, KeySettings.named("c"));
            Customer customer = new Customer(gateway, account, caller.key().id(), caller.secret());
            live(gateway, stripe, customer, random);
            gateway.setNow(END.plus(Duration.ofHours(1)));
            compare(gateway, signedIn(gateway), account, key.secret(), seed);
        }
    }

    private static void live(Gateway gateway, StripeStandIn stripe, Customer customer, Random random) throws Exception {
        gateway.script(UpstreamScript.says("Hello", 1_000, 200));
        List<String> calls = new ArrayList<>();
        Instant now = BEGIN;
        for (int step = 0; step < 24; step++) {
            now = now.plusMillis(random.nextLong(Duration.ofHours(30).toMillis()));
            gateway.setNow(now);
            Browser browser = signedIn(gateway);
            // Ten tries a minute are let through, by a clock that is not the test's.
            int most = stripe.sessions().size() < 9 ? 0 : 1;
            switch (step < 3 ? 0 : Math.max(most, random.nextInt(4))) {
                case 0 -> pay(gateway, stripe, browser, random, now, step);
                case 1 -> {
                    Gateway.Reply reply = customer.chat("{\"model\":\"gemini-2.5-pro\",\"stream\":false,"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
                    if (reply.status() == 200) {
                        calls.add(reply.json().get("id").asString());
                    }
                }
                case 2 -> {
                    if (!calls.isEmpty()) {
                        gateway.app()
                                .administration()
                                .deeds()
                                .refund(By.of(Actor.COMMAND, "it was slow"), calls.removeLast(), 10_000);
                    }
                }
                default -> {
                    StripeStandIn.Session session = stripe.sessions()
                            .get(random.nextInt(stripe.sessions().size()));
                    tell(
                            gateway,
                            now,
                            StripeStandIn.refunded("evt_r" + step, session, random.nextLong(session.netCents() / 3)));
                }
            }
        }
    }

    private static void pay(
            Gateway gateway, StripeStandIn stripe, Browser browser, Random random, Instant now, int step) {
        Map<String, String> form = Map.of("id", "%032x".formatted(step), "own", "" + (1 + random.nextInt(200)));
        assertThat(browser.submit(TOP_UP, TOP_UP, form).status()).isEqualTo(303);
        StripeStandIn.Session session = stripe.last();
        tell(gateway, now, StripeStandIn.paid("evt_p" + step, session));
        if (random.nextInt(3) == 0) {
            long cents = session.netCents() / 4;
            tell(
                    gateway,
                    now,
                    StripeStandIn.dispute(
                            "evt_d" + step, "charge.dispute.created", session, "dp_" + step, "needs_response", cents));
        }
    }

    private static Browser signedIn(Gateway gateway) {
        Browser browser = new Browser(gateway.url());
        browser.signIn("month@example.org", PASSWORD);
        return browser;
    }

    private static void tell(Gateway gateway, Instant now, String body) {
        assertThat(StripeStandIn.send(gateway, body, StripeStandIn.signature(StripeStandIn.SECRET, now, body))
                        .status())
                .isEqualTo(200);
    }

    private static void compare(Gateway gateway, Browser browser, String account, String key, long seed) {
        String whole = browser.get("/dashboard/billing/statements/2026-10").body();
        String page = whole.substring(0, whole.indexOf("Calls by key")); // the subtotals say the same again
        BigDecimal opening = sum(page, "Balance at the beginning");
        BigDecimal closing = sum(page, "Balance at the end");
        BigDecimal charged = sum(page, "Total calls").negate();
        BigDecimal moved = sum(page, "Total added, refunded and corrected");
        BigDecimal lines = ROW.matcher(page)
                .results()
                .filter(row ->
                        !row.group(1).startsWith("Total") && !row.group(1).startsWith("Balance"))
                .map(row -> amount(row.group(2)))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(opening.add(lines)).as("the lines, -Dtest.seed=%d", seed).isEqualByComparingTo(closing);
        assertThat(opening.add(moved).subtract(charged))
                .as("the sums, -Dtest.seed=%d", seed)
                .isEqualByComparingTo(closing);
        assertThat(closing)
                .isEqualByComparingTo(
                        micros(gateway.number("SELECT balance_micros FROM account WHERE id = '" + account + "'")));

        JsonNode totals = gateway.get("/v1/usage?start=2026-10-01&end=2026-11-01&tz=UTC", key)
                .json()
                .get("totals");
        assertThat(totals.get("charged").decimalValue()).isEqualByComparingTo(charged);
        assertThat(totals.get("refunded").decimalValue())
                .isEqualByComparingTo(micros(movedBy(gateway, account, "refund")));
        assertThat(charged)
                .isEqualByComparingTo(micros(Calls.chargedMicros(gateway::number, "account_id = '" + account + "'")));

        BigDecimal papers = PAPER.matcher(whole)
                .results()
                .map(paper -> credits(browser.get(paper.group(1)).body()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(papers)
                .as("the papers, -Dtest.seed=%d", seed)
                .isEqualByComparingTo(micros(
                        gateway.number("SELECT SUM(amount_micros) FROM entry WHERE kind = 'top_up' AND account_id = '"
                                + account + "' AND created_at >= " + BEGIN.toEpochMilli())));
        assertThat(gateway.number("SELECT SUM(reversed_micros) FROM payment WHERE account_id = '" + account + "'"))
                .isEqualTo(-movedBy(gateway, account, "reversal"));
        gateway.assertBooksAreClosed();
    }

    /** Returns the change of the balance with the platform's part. */
    private static long movedBy(Gateway gateway, String account, String kind) {
        return gateway.number("SELECT COALESCE(SUM(amount_micros + missing_micros), 0) FROM entry WHERE account_id = '"
                + account + "' AND kind = '" + kind + "'");
    }

    private static BigDecimal credits(String paper) {
        String paid = found(PAID, paper);
        return amount(paid);
    }

    private static BigDecimal sum(String page, String name) {
        MatchResult row = ROW.matcher(page)
                .results()
                .filter(found -> found.group(1).startsWith(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name));
        return amount(row.group(2));
    }

    private static BigDecimal amount(String text) {
        return new BigDecimal(text.replace(",", "").replace('−', '-').replace("+", ""));
    }

    private static BigDecimal micros(long micros) {
        return BigDecimal.valueOf(micros, 6);
    }
}
