package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Verdict;
import dev.tollgate.customers.roles.Acting;
import java.time.Instant;
import java.util.Map;

/** Plans that a server sells, at a payment service that says what the test wants. */
public record PlanSales(PortalServer server) {

    /** For 9 dollars. */
    public static final long CENTS = 900;

    /** Starts a server that sells. */
    public static PlanSales on(Stores stores) {
        return new PlanSales(PortalServer.startOn(
                stores, Map.of("TOLLGATE_ADMIN_KEY", AccountsServer.ADMIN_KEY), "sign-up.credits", "0"));
    }

    public Payments payments() {
        return server.money().payments();
    }

    /** Time passes: periods begin and end. */
    public void at(Instant now) {
        server.setNow(now);
        server.books().planSweep().sweep();
        new Lapse(server.books().database(), server.books().writer(), server::now).sweep();
    }

    /** Asks as the operator. */
    public PortalServer.Reply admin(String method, String path, String members) {
        String reason = "\"reason\":\"a test\"}";
        return server.send(
                method,
                "/admin" + path,
                "{" + members + (members.isEmpty() ? "" : ",") + reason,
                AccountsServer.ADMIN_KEY);
    }

    /** Does it as the operator. */
    public void does(String method, String path, String members) {
        PortalServer.Reply reply = admin(method, path, members);
        assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
    }

    /** Sets a plan of 1,000 credits that is on sale. @param more members of JSON, each with a comma before it */
    public Plan.Version set(String plan, String period, String more) {
        does(
                "PUT",
                "/plans/" + plan,
                "\"name\":\"Pro\",\"cents\":" + CENTS + ",\"period\":\"" + period
                        + "\",\"credits\":1000,\"on_sale\":true" + more);
        return server.books().stores().plans().newest(plan);
    }

    /** A customer begins to pay for a period. */
    public Outcome<Payment> begin(String account, String id, Plan.Version seen, boolean isNow) {
        Outcome<Payment> begun =
                payments().beginPlan(new Acting(account, "per_1", null, null), Payment.Channel.STRIPE, id, seen, isNow);
        if (begun instanceof Outcome.Done<Payment>) {
            open(id);
        }
        return begun;
    }

    /** The payment service has made the page of a payment. */
    public void open(String id) {
        payments().opened(id, "session_" + id, "https://pay.example.org/" + id);
    }

    /** A customer pays for a period. */
    public void buy(String account, String id, Plan.Version seen, boolean isNow) {
        begin(account, id, seen, isNow).orThrow();
        tell(id, Fact.PAID, CENTS);
    }

    /** The payment service tells of a payment, and is believed. @param cents with tax, of which there is none */
    public void tell(String id, Fact fact, long cents) {
        PaymentNotice notice = Notices.of(fact, Payment.Channel.STRIPE, id, cents, server.now());
        assertThat(payments().notices().take(notice, "192.0.2.9")).as(id).isEqualTo(Verdict.TAKEN);
    }
}
