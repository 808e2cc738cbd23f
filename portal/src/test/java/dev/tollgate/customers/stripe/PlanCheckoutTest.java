package dev.tollgate.customers.stripe;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.StripeStandIn.SECRET;
import static dev.tollgate.testing.StripeStandIn.paid;
import static dev.tollgate.testing.StripeStandIn.paidInFull;
import static dev.tollgate.testing.StripeStandIn.tell;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PlanActions;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.StripeStandIn;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Money for plans, by Stripe Checkout and in the sandbox. */
class PlanCheckoutTest {

    private final StripeStandIn stripe = new StripeStandIn();
    private @Nullable PortalServer server;
    private String account = "";

    private PortalServer start(Map<String, String> environment, String... settings) {
        PortalServer started = PortalServer.start(environment, settings);
        server = started;
        account = started.customer("0").account();
        String plan =
                "{\"name\":\"Pro\",\"cents\":950,\"period\":\"month\",\"credits\":1000,\"on_sale\":true,\"reason\":\"test\"}";
        assertThat(started.send("PUT", "/admin/plans/pro", plan, started.adminKey())
                        .status())
                .isEqualTo(200);
        return started;
    }

    private PortalServer startWithStripe() {
        return start(
                Map.of("TOLLGATE_STRIPE_SECRET_KEY", StripeStandIn.KEY, "TOLLGATE_STRIPE_WEBHOOK_SECRET", SECRET),
                "stripe.url",
                stripe.url());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.assertBooksAreClosed();
            server.close();
        }
        stripe.close();
    }

    private Payment bought(PortalServer on, String when) {
        return bought(on, when, "%032x".formatted(System.nanoTime()));
    }

    /** @param id of the form */
    private Payment bought(PortalServer on, String when, String id) {
        PlanActions.Stores stores = new PlanActions.Stores(
                on.books().stores().plans(),
                on.books().planSweep(),
                on.money().payments(),
                () -> on.money().checkout() == null ? Payment.Channel.TEST : Payment.Channel.STRIPE_TEST,
                on.books().writer(),
                Instant::now);
        Acting by = new Acting(account, "per_1", "192.0.2.1", null);
        Body body = Body.of(
                ApiJson.MAPPER
                        .createObjectNode()
                        .put("plan", "pro")
                        .put("version", 1)
                        .put("when", when)
                        .put("payment", id),
                PlanActions.BUY.fields());
        ActionRequest request = ActionRequest.of(by, name -> "", name -> null, body);
        Payment payment = PlanActions.BUY.does().run(stores, request).orThrow();
        StripeCheckout checkout = on.money().checkout();
        if (checkout != null) {
            assertThat(checkout.open(payment, on.url() + "/back")).isTrue();
        }
        return payment;
    }

    private static Subscription plan(PortalServer on, String account) {
        Plans plans = on.books().stores().plans();
        return Objects.requireNonNull(plans.last(account));
    }

    @Test
    void stripe_is_told_the_version_that_was_seen() {
        PortalServer on = startWithStripe();
        Payment payment = bought(on, "now");
        StripeStandIn.Session session = stripe.last();
        assertThat(session.netCents()).isEqualTo(950);
        Map<String, String> told = Map.of(
                "payment",
                payment.id(),
                "account",
                account,
                "credits",
                "1000000000",
                "plan",
                "pro",
                "version",
                "1",
                "when",
                "now");
        told.forEach((name, value) -> assertThat(session.fields())
                .containsEntry("metadata[" + name + "]", value)
                .containsEntry("payment_intent_data[metadata][" + name + "]", value));
        assertThat(session.fields())
                .containsEntry("line_items[0][price_data][product_data][name]", "Pro, 1 month")
                .doesNotContainKey("payment_method_types[0]");
        assertThat(tell(on, paid("evt_1", session))).isEqualTo(200);
        assertThat(plan(on, account).version().plan()).isEqualTo("pro");
        assertThat(on.text("SELECT subscription || '.' || period FROM payment")).isEqualTo("1.1");
        bought(on, "after");
        assertThat(tell(on, paid("evt_2", stripe.last()))).isEqualTo(200);
        assertThat(plan(on, account).periods()).isEqualTo(2);
    }

    @Test
    void a_form_that_is_sent_again_begins_another_payment_for_another_choice_alone() {
        PortalServer on = startWithStripe();
        String form = "0".repeat(32);
        Payment after = bought(on, "after", form);
        assertThat(bought(on, "after", form).id()).isEqualTo(after.id());
        assertThat(stripe.sessions()).hasSize(1);
        assertThat(bought(on, "now", form).id()).isNotEqualTo(after.id());
        assertThat(stripe.last().fields()).containsEntry("metadata[when]", "now");
    }

    @Test
    void an_event_has_all_that_a_lost_payment_needs() {
        PortalServer on = startWithStripe();
        Version version = Objects.requireNonNull(on.books().stores().plans().version("pro", 1));
        Payment payment = bought(on, "after");
        StripeStandIn.Session session = stripe.last();
        Instant now = Instant.now();
        on.books().writer().commitAndWait(Unit.of(new LostTime(2, now.minusSeconds(60), now).row()));
        on.execute("DELETE FROM payment");
        assertThat(tell(on, paidInFull("evt_1", session, now))).isEqualTo(200);
        Payment made = Objects.requireNonNull(on.money().payments().find(payment.id()));
        assertThat(made.isPaid()).isTrue();
        assertThat(made.bought()).isEqualTo(new Payment.Bought("pro", version.number(), false, 1L, 1));
    }

    @Test
    void the_sandbox_sells_a_plan_without_money() {
        PortalServer on = start(Map.of());
        TestPayments tests = Objects.requireNonNull(on.money().testPayments());
        tests.end(bought(on, "after"), true);
        tests.end(bought(on, "after"), false);
        assertThat(plan(on, account).periods()).isEqualTo(1);
        assertThat(on.text("SELECT reason FROM entry WHERE origin = 'test_payment'"))
                .isEqualTo("Test payment of $9.50, no money moved: plan Pro");
    }
}
