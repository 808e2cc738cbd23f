package dev.tollgate.customers.payments;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.books.plans.PlanStep;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A payment's row while a batch works on it. Writer's thread only. */
final class PaymentRow {

    private final Payment stored;
    private Payment.State state;
    private long taxCents;
    private @Nullable String intentId;
    private @Nullable Instant endedAt;
    private TakeBack.Taken taken;
    private @Nullable Grant grant;
    private @Nullable PlanStep step;
    private boolean changed;
    private final boolean isLost;

    PaymentRow(Payment stored) {
        this(stored, false);
    }

    private PaymentRow(Payment stored, boolean isLost) {
        this.isLost = isLost;
        this.stored = stored;
        this.state = stored.state();
        this.taxCents = stored.taxCents();
        this.intentId = stored.intentId();
        this.endedAt = stored.endedAt();
        this.taken = stored.progress().taken();
    }

    /** A row that is made from a notice, because a restore has lost it or its page. */
    static PaymentRow lost(Payment described) {
        return new PaymentRow(described, true);
    }

    boolean isLost() {
        return isLost;
    }

    Payment stored() {
        return stored;
    }

    Payment.State state() {
        return state;
    }

    @Nullable
    String intentId() {
        return intentId;
    }

    TakeBack.Taken taken() {
        return taken;
    }

    long grossCents() {
        return stored.netCents() + taxCents;
    }

    boolean isChanged() {
        return changed;
    }

    void pending() {
        state = Payment.State.PENDING;
        changed = true;
    }

    void failed(Instant at) {
        state = Payment.State.FAILED;
        endedAt = at;
        changed = true;
    }

    void paid(String intent, long tax, Instant at) {
        state = Payment.State.PAID;
        intentId = intent;
        taxCents = tax;
        endedAt = at;
        changed = true;
    }

    /** @param its the step that it makes of the account's plan; null for none */
    void creditedBy(Grant credits, @Nullable PlanStep its) {
        grant = credits;
        step = its;
    }

    /** Returns what it has bought of a plan; null if it has bought none, or credits beside it. */
    Payment.@Nullable Bought bought() {
        Payment.Bought bought = stored.bought();
        PlanStep.Bought its = step == null || state != Payment.State.PAID ? null : step.bought();
        return bought == null || step == null || its == null
                ? bought
                : new Payment.Bought(
                        bought.plan(), bought.version(), bought.atOnce(), step.subscription(), its.period());
    }

    /** Once the ledger has decided: whether the credits are there. */
    boolean isCredited() {
        return state == Payment.State.PAID && (grant == null || grant.outcome().isDone());
    }

    void takenBack(TakeBack.Taken now) {
        taken = now;
        changed = true;
    }

    /** The account could not take the credits: all is as it was. */
    void giveUp() {
        state = stored.state();
        intentId = stored.intentId();
        taxCents = stored.taxCents();
        endedAt = stored.endedAt();
    }

    long taxCents() {
        return taxCents;
    }

    @Nullable
    Instant endedAt() {
        return endedAt;
    }
}
