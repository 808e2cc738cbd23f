package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The actions of customers on their account's plan (Z48, K15). On pages alone: no key decides what is paid. */
public final class PlanActions {

    /**
     * The stores.
     *
     * @param channel returns the way in which customers pay now; null if there is none
     * @param clock the same on all servers that share the books
     */
    public record Stores(
            Plans plans,
            PlanSweep sweep,
            Payments payments,
            Supplier<Payment.@Nullable Channel> channel,
            Writer writer,
            InstantSource clock) {}

    private static final Field<String> PLAN = Field.text(PlanPurchases.PLAN, sentence("Plan"));
    private static final Field<Long> VERSION = Field.whole("version", sentence("Version"), 1, Integer.MAX_VALUE);
    private static final Field<Boolean> WHEN = Field.choice(
            PlanPurchases.WHEN,
            sentence("Begins"),
            new Choice<>("after", sentence("after the running plan"), false),
            new Choice<>("now", sentence("at once"), true));
    private static final Field<String> PAYMENT = Field.text("payment", sentence("Payment"));

    /** Begins to pay for a period of the version of a plan that the page has shown. The form has an id, as {@link PaymentForm} has it. */
    public static final Action<Stores, Payment> BUY = Action.change(
                    "plan.buy",
                    "POST",
                    "/plan/buy",
                    Right.PAY,
                    null,
                    "Begin to pay for a period of a plan.",
                    PLAN,
                    VERSION,
                    WHEN,
                    PAYMENT)
            .does(PlanActions::buy);

    public static final Action<Stores, Subscription> CANCEL = Action.change(
                    "plan.cancel", "POST", "/plan/cancel", Right.PAY, null, "Let the plan end with its period.")
            .does((stores, request) -> cancel(stores, request, true));

    public static final Action<Stores, Subscription> KEEP = Action.change(
                    "plan.keep", "POST", "/plan/keep", Right.PAY, null, "Take the end of the plan back.")
            .does((stores, request) -> cancel(stores, request, false));

    private PlanActions() {}

    private static Outcome<Payment> buy(Stores stores, ActionRequest request) {
        Payment.Channel channel = stores.channel().get();
        Version seen = stores.plans().version(request.need(PLAN), request.need(VERSION));
        PaymentForm form = PaymentForm.of(request.need(PAYMENT));
        boolean now = request.need(WHEN);
        if (channel == null) {
            return Outcome.refused(409, sentence("Online payment is not available. Ask the operator to add credits."));
        }
        if (seen == null || form == null) {
            return Outcome.refused(409, Payments.OPEN_AGAIN);
        }
        String id = form.period(channel, seen, now);
        return stores.payments().beginPlan(request.by(), channel, id, seen, now);
    }

    private static Outcome<Subscription> cancel(Stores stores, ActionRequest request, boolean isCancelled) {
        Subscription running = stores.sweep().present(request.account());
        if (running == null || !running.isRunning()) {
            return Outcome.refused(409, sentence("The plan has ended."));
        }
        if (isCancelled == (running.cancelledAt() != null)) {
            return new Outcome.Done<>(running);
        }
        Turn turn = stores.plans().cancel(running, isCancelled, stores.clock().instant());
        List<Change> changes = new ArrayList<>(turn.changes());
        changes.addAll(request.by()
                .act(
                        Right.PAY,
                        (isCancelled ? CANCEL : KEEP).name(),
                        "plan " + running.number(),
                        stores.clock().instant(),
                        () -> turn.isWritten() ? changed(turn.after()) : null));
        stores.writer().commitAndWait(Unit.of(changes));
        return turn.isWritten()
                ? new Outcome.Done<>(turn.after())
                : Outcome.refused(409, sentence("The plan has just changed. Look at it again."));
    }

    private static AccountLog.Changed changed(Subscription its) {
        return new AccountLog.Changed(
                null, AccountLog.json("plan", its.version().terms().name()));
    }
}
