package dev.tollgate.customers.stripe;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.StripeStandIn;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Events in any order, any number of times and to any node: the books hold what Stripe holds. */
class StripeRandomTest {

    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Pattern FORM = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final long MICROS_A_CENT = 2_000_000;

    /** What has become of a payment at Stripe. */
    private record Truth(StripeStandIn.Session session, boolean isPaid, long grossCents, long backCents) {

        long micros() {
            long all = session.netCents() * MICROS_A_CENT;
            return isPaid ? all - all * backCents / grossCents : 0;
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_books_hold_what_stripe_holds_in_any_order_with_duplicates_over_two_nodes(Stores stores) throws Exception {
        long seed = Effort.seed("test.seed");
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        Map<String, String> environment = Map.of(
                "TOLLGATE_STRIPE_SECRET_KEY",
                StripeStandIn.KEY,
                "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                StripeStandIn.SECRET,
                "TOLLGATE_ADMIN_KEY",
                ADMIN_KEY);
        try (StripeStandIn stripe = new StripeStandIn()) {
            String[] settings = {"stripe.url", stripe.url(), "sign-up.credits", "0"};
            if (stores == Stores.SQLITE) {
                try (PortalServer alone = PortalServer.start(environment, settings)) {
                    run(List.of(alone), stripe, random, seed);
                }
            } else {
                String url = Postgres.migrated();
                try (PortalServer one = PortalServer.startOn(url, environment, settings);
                        PortalServer other = PortalServer.startOn(url, environment, settings)) {
                    run(List.of(one, other), stripe, random, seed);
                }
            }
        }
    }

    private static void run(List<PortalServer> nodes, StripeStandIn stripe, Random random, long seed) throws Exception {
        PortalServer first = nodes.getFirst();
        List<Truth> truths = new ArrayList<>();
        List<String> events = new ArrayList<>();
        for (int account = 0; account < 3; account++) {
            Browser browser = new Browser(nodes.get(account % nodes.size()).url())
                    .signUp("random" + account + "@example.org", "a sentence nobody else has");
            for (int i = 0; i < 5; i++) {
                String id = found(FORM, browser.get(TOP_UP).body());
                browser.submit(TOP_UP, TOP_UP, Map.of("id", id, "own", "" + (1 + random.nextInt(99))));
                truths.add(live(stripe.last(), events, random));
            }
        }
        int told = events.size();
        for (int i = 0; i < told / 2; i++) {
            events.add(events.get(random.nextInt(told)));
        }
        Collections.shuffle(events, random);
        List<CompletableFuture<Void>> tellers = new ArrayList<>();
        for (int teller = 0; teller < 4; teller++) {
            List<String> own = new ArrayList<>();
            for (int i = teller; i < events.size(); i += 4) {
                own.add(events.get(i));
            }
            Random its = new Random(random.nextLong());
            tellers.add(CompletableFuture.runAsync(() -> own.forEach(event -> tell(nodes, event, its))));
        }
        spend(first, random);
        CompletableFuture.allOf(tellers.toArray(CompletableFuture[]::new)).join();
        check(first, truths, seed);
    }

    /** Spends a part of the credits first: then a part of a reversal is missing. */
    private static void spend(PortalServer server, Random random) {
        for (int i = 0; i < 10; i++) {
            String account =
                    server.text("SELECT id FROM account WHERE balance_micros > 0 ORDER BY balance_micros DESC");
            if (account != null) {
                try {
                    server.administration()
                            .deeds()
                            .adjust(By.of(Actor.COMMAND, "used"), account, -1_000_000L * (1 + random.nextInt(2_000)));
                } catch (ApiException tooMuch) {
                    // so much was not there
                }
            }
        }
    }

    /** Stripe tells again what was not taken. */
    private static void tell(List<PortalServer> nodes, String event, Random random) {
        for (int i = 0; i < 20; i++) {
            int status = StripeStandIn.tell(nodes.get(random.nextInt(nodes.size())), event);
            if (status == 200) {
                return;
            }
            assertThat(status).as(event).isEqualTo(503);
        }
        throw new AssertionError("not taken: " + event);
    }

    private static Truth live(StripeStandIn.Session session, List<String> events, Random random) {
        String name = "evt_" + session.payment().substring(0, 16) + "_";
        long tax = random.nextBoolean() ? 0 : session.netCents() * 19 / 100;
        long gross = session.netCents() + tax;
        boolean later = random.nextInt(4) == 0;
        boolean isPaid = random.nextInt(6) > 0;
        if (later || !isPaid) {
            events.add(StripeStandIn.session(
                    name + "un", "checkout.session.completed", session, "unpaid", session.netCents(), tax));
        }
        if (!isPaid) {
            events.add(StripeStandIn.session(
                    name + "no", "checkout.session.async_payment_failed", session, "unpaid", session.netCents(), tax));
            return new Truth(session, false, gross, 0);
        }
        events.add(StripeStandIn.session(
                name + "paid",
                later ? "checkout.session.async_payment_succeeded" : "checkout.session.completed",
                session,
                "paid",
                session.netCents(),
                tax));
        long refunded = 0;
        for (int i = random.nextInt(3); i > 0; i--) {
            refunded += random.nextLong(gross - refunded + 1);
            events.add(StripeStandIn.refunded(name + "re" + i, session, refunded));
        }
        long back = refunded + disputes(session, name, events, random, gross - refunded);
        return new Truth(session, true, gross, back);
    }

    private static long disputes(
            StripeStandIn.Session session, String name, List<String> events, Random random, long left) {
        if (random.nextBoolean() || left == 0) {
            return 0;
        }
        long cents = 1 + random.nextLong(left);
        String dispute = "dp_" + name;
        events.add(StripeStandIn.dispute(
                name + "dc", "charge.dispute.created", session, dispute, "needs_response", cents));
        return switch (random.nextInt(3)) {
            case 0 -> cents;
            case 1 -> {
                events.add(
                        StripeStandIn.dispute(name + "dl", "charge.dispute.closed", session, dispute, "lost", cents));
                yield cents;
            }
            default -> {
                events.add(StripeStandIn.dispute(name + "dw", "charge.dispute.closed", session, dispute, "won", cents));
                yield 0;
            }
        };
    }

    private static void check(PortalServer server, List<Truth> truths, long seed) {
        Map<String, Long> wanted = new HashMap<>();
        for (Truth truth : truths) {
            String id = truth.session().payment();
            assertThat(server.number("SELECT CASE WHEN state = 'paid' THEN credit_micros - reversed_micros ELSE 0 END"
                            + " FROM payment WHERE id = '" + id + "'"))
                    .as("payment %s, -Dtest.seed=%d", id, seed)
                    .isEqualTo(truth.micros());
            wanted.merge(
                    server.text("SELECT account_id FROM payment WHERE id = '" + id + "'"), truth.micros(), Long::sum);
        }
        wanted.forEach(
                (account, micros) -> assertThat(server.number("SELECT SUM(amount_micros + missing_micros) FROM entry"
                                + " WHERE account_id = '" + account + "' AND kind IN ('top_up', 'reversal')"))
                        .as("what came in for account %s, -Dtest.seed=%d", account, seed)
                        .isEqualTo(micros));
        assertAudited(server, seed);
        assertThat(server.number("SELECT COUNT(*) FROM payment_notice WHERE outcome <> 'taken'"))
                .as("what was not taken, -Dtest.seed=%d", seed)
                .isZero();
        assertThat(server.number("SELECT COUNT(*) - MAX(sequence) FROM invoice"))
                .isZero();
        server.assertBooksAreClosed();
    }

    /** The audit log has a row for each entry that took or gave back, and tells the same of each payment. */
    private static void assertAudited(PortalServer server, long seed) {
        JsonNode log = server.get("/admin/audit?limit=1000", ADMIN_KEY).json().get("data");
        List<JsonNode> lines = log.valueStream()
                .filter(line -> line.get("action").asString().startsWith("payment."))
                .toList();
        assertThat((long) lines.size())
                .as("rows of the audit log, -Dtest.seed=%d", seed)
                .isEqualTo(server.number("SELECT COUNT(*) FROM entry WHERE request_id LIKE 'notice-%'"));
        Map<String, BigDecimal> newest = new HashMap<>();
        for (JsonNode line : lines.reversed()) {
            assertThat(line.get("actor").asString()).isEqualTo("stripe");
            JsonNode before = line.get("before");
            JsonNode after = line.get("after");
            String payment = after.get("payment").asString();
            assertThat(before.get("credits_taken_back").decimalValue())
                    .as("what stood before %s, -Dtest.seed=%d", line, seed)
                    .isEqualByComparingTo(newest.getOrDefault(payment, BigDecimal.ZERO));
            newest.put(payment, after.get("credits_taken_back").decimalValue());
        }
        newest.forEach(
                (payment, credits) -> assertThat(credits.movePointRight(6).longValueExact())
                        .as("what was taken back of %s, -Dtest.seed=%d", payment, seed)
                        .isEqualTo(server.number("SELECT reversed_micros FROM payment WHERE id = '" + payment + "'")));
    }
}
