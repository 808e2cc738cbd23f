package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
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

/** The actions of customers on their account's plan (Z48). On pages alone: no key decides what is paid. */
public final class PlanActions {

    /** @param clock the same on all servers that share the books */
    public record Stores(Plans plans, PlanSweep sweep, Writer writer, InstantSource clock) {}

    public static final Action<Stores, Subscription> CANCEL = Action.change(
                    "plan.cancel", "POST", "/plan/cancel", Right.PAY, null, "Let the plan end with its period.")
            .does((stores, request) -> cancel(stores, request, true));

    public static final Action<Stores, Subscription> KEEP = Action.change(
                    "plan.keep", "POST", "/plan/keep", Right.PAY, null, "Take the end of the plan back.")
            .does((stores, request) -> cancel(stores, request, false));

    private PlanActions() {}

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
