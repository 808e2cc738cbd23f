package dev.tollgate.books.plans;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlansPart.PlanChange;
import dev.tollgate.books.plans.Subscription.End;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the next row of an account's plan instead of the former one, or after it, if that still is as it was read, together with what the ledger and the
 * account's terms have of it: all of it, or nothing. The outcome is whether the row was as it was read.
 */
public final class Turn extends PlanChange<Boolean> {

    private static final String WRITE = """
            INSERT INTO subscription (account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number,
                cancelled_at, ended_at, ended_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, number) DO UPDATE SET periods = excluded.periods, period = excluded.period, starts_at = excluded.starts_at,
                ends_at = excluded.ends_at, grant_number = excluded.grant_number, cancelled_at = excluded.cancelled_at, ended_at = excluded.ended_at,
                ended_by = excluded.ended_by""";
    private static final String LIVES = "SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL";

    private final @Nullable Subscription before;
    private final Subscription after;
    private final AccountTerms terms;
    private final Instant at;
    private final List<Change> changes = new ArrayList<>();

    /** The credits of the periods that this gives: of those that a replaced plan had left, then of the one that begins or is bought. */
    private final List<Grant> grants = new ArrayList<>();

    private @Nullable Grant newest;
    private @Nullable Purchase purchase;
    private @Nullable Subscription replaced;
    private @Nullable PlanStep step;
    private @Nullable PlanReturn returned;
    private BooleanSupplier condition = () -> true;

    /** Some of a unit's credits were refused, and others were not: nothing of it is written. */
    public static final class Halved extends Unit.Refused {

        private static final long serialVersionUID = 1;

        private final transient ApiError why;

        Halved(ApiError why) {
            super("some periods of a plan have no room");
            this.why = why;
        }

        public ApiError why() {
            return why;
        }
    }

    Turn(@Nullable Subscription before, Subscription after, AccountTerms terms, Instant at) {
        this.before = before;
        this.after = after;
        this.terms = terms;
        this.at = at;
        changes.add(this);
    }

    /** Ends a running plan that the next one replaces: its credits stay, and its periods that were to follow get theirs. @param running null for none */
    Turn replaces(@Nullable Subscription running, End end) {
        if (running != null) {
            replaced = running.ended(end);
            giveRest(running);
        }
        return this;
    }

    /** Ends a plan in whose place none begins: its price group, not its credits, and its periods that were to follow get theirs. */
    Turn cuts(Subscription running) {
        giveRest(running);
        return endsGroup();
    }

    /** Gives the credits of the periods that were to follow and have none yet. */
    private void giveRest(Subscription running) {
        for (int more = 1; more <= running.remaining(); more++) {
            if (!running.ahead().containsKey(running.period() + more)) {
                give(running.in(running.period() + more));
            }
        }
    }

    private Turn endsGroup() {
        if (after.version().terms().group() != null) {
            changes.add(terms.setPlan(after.accountId(), null, null, this::isWritten, at));
        }
        return this;
    }

    /**
     * Gives the credits of a payment.
     *
     * @param period that it buys; null: one from now on, beside the plan that runs
     * @param its null if it buys credits beside the plan
     */
    Turn buys(Purchase bought, @Nullable Subscription period, @Nullable PlanStep its) {
        Plan plan = bought.version().terms();
        GrantTerms under = period == null ? plan.beside(at) : plan.terms(period.startsAt(), period.endsAt());
        purchase = bought;
        condition = bought.isPaid();
        newest = add(bought.credits().apply(under));
        return its == null ? this : by(its);
    }

    /** Begins a period: with its credits unless they were paid before, and its price group until its end. */
    Turn begins() {
        boolean wasPaid = before != null
                && before.number() == after.number()
                && before.ahead().containsKey(after.period());
        if (newest == null && !wasPaid) {
            newest = give(after);
        }
        boolean isReturned = before != null && wasPaid && before.returned().contains(after.period());
        String group = isReturned ? null : after.version().terms().group();
        if (group != null || replaced != null && replaced.version().terms().group() != null) {
            changes.add(terms.setPlan(
                    after.accountId(), group, group == null ? null : after.endsAt(), this::isWritten, at));
        }
        return this;
    }

    /** Names a period whose money went back, and ends its price group if it runs. */
    Turn returns(PlanReturn its) {
        returned = its;
        condition = its.isBack();
        return its.period() == after.period() ? endsGroup() : this;
    }

    /** Ends the credits of the period and of later ones, and its price group. @param reason that the customer sees */
    Turn ends(String reason) {
        end(Long.toString(after.number()), after.grant(), reason);
        new TreeMap<>(after.ahead()).forEach((its, grant) -> end(after.number() + "." + its, grant, reason));
        return endsGroup();
    }

    private void end(String which, long grant, String reason) {
        RequestId id = new RequestId("end-plan-" + which);
        Origin origin = Origin.of(Origin.Kind.PLAN_END, which);
        changes.add(new Grant.End(after.accountId(), grant, reason, origin, this::outcome, id, at));
    }

    /** Names the step that this is. */
    Turn by(PlanStep its) {
        step = its;
        return this;
    }

    private Grant give(Subscription its) {
        RequestId id = new RequestId(its.periodId());
        Origin origin = Origin.of(Origin.Kind.PLAN, its.number() + "." + its.period());
        Plan plan = its.version().terms();
        Grant grant = Grant.onCondition(
                        its.accountId(), plan.creditsMicros(), its.reason(), origin, this::isToBeWritten, id, at)
                .under(plan.terms(its.startsAt(), its.endsAt()));
        return add(grant);
    }

    private Grant add(Grant grant) {
        grants.add(grant);
        changes.add(grant);
        return grant;
    }

    /** Returns this change and those that belong to its unit. */
    public List<Change> changes() {
        return List.copyOf(changes);
    }

    /** Returns whether the row is as it was read, and what the change is for has come about. */
    private boolean isToBeWritten() {
        return outcome() && condition.getAsBoolean();
    }

    /** Returns whether it was written. Once all is decided. */
    public boolean isWritten() {
        return isToBeWritten()
                && grants.stream().allMatch(grant -> grant.outcome().isDone());
    }

    /** Returns why the ledger has refused the credits; null if it has not. Once all is decided. */
    public @Nullable ApiError refusal() {
        for (Grant grant : grants) {
            if (isToBeWritten() && grant.outcome() instanceof Outcome.Refused<?>(ApiError why)) {
                return why;
            }
        }
        return null;
    }

    /** Returns the former row; null if the account had none. */
    public @Nullable Subscription before() {
        return before;
    }

    /** Returns the step that this is. @throws NullPointerException if it is none */
    public PlanStep step() {
        return Objects.requireNonNull(step);
    }

    /** Returns the step of a payment; null if it has bought credits beside the plan, or if this is no purchase. */
    public @Nullable PlanStep bought() {
        return purchase == null ? null : step;
    }

    /** Returns the new row. Once it is written. */
    public Subscription after() {
        Long number = newest == null || isBeside() ? null : newest.grantNumber();
        PlanStep.Bought bought = step == null ? null : step.bought();
        return number == null ? after : after.paidBy(bought == null ? after.period() : bought.period(), number);
    }

    private boolean isBeside() {
        return purchase != null && step == null;
    }

    @Override
    void decide(Statements statements, Set<String> changed) throws SQLException {
        String accountId = after.accountId();
        // A second change in a batch was made of what was there before the first. A request may have been taken before
        // the row was read.
        boolean isAsRead = !changed.contains(accountId)
                && Objects.equals(
                        statements.one(Plans.OF_ACCOUNT, Subscription::read, accountId, Long.MAX_VALUE, 1), before)
                && isNewest(statements)
                && (purchase == null || statements.has(LIVES, accountId))
                && (step == null || step.isNew(statements));
        if (isAsRead) {
            changed.add(accountId);
        }
        decide(isAsRead);
    }

    /** Returns whether a version of which periods are assigned still is the newest one, and open. What a customer has seen and bought stays. */
    private boolean isNewest(Statements statements) throws SQLException {
        Version its = after.version();
        boolean isAssigned = step != null && step.kind() != PlanStep.Kind.END && purchase == null;
        return !isAssigned || !its.isClosed() && its.equals(Plans.newest(statements, its.plan()));
    }

    @Override
    void write(Statements statements) throws SQLException {
        if (!isWritten()) {
            ApiError why = refusal();
            if (why != null && grants.stream().anyMatch(grant -> grant.outcome().isDone())) {
                throw new Halved(why);
            }
            return;
        }
        if (isBeside()) {
            return;
        }
        if (replaced != null) {
            write(statements, replaced);
        }
        write(statements, after());
        Long number = newest == null ? null : newest.grantNumber();
        if (step != null) {
            (number == null || purchase == null ? step : step.paidBy(number)).write(statements);
        }
        if (returned != null) {
            returned.write(statements, after, after.during(Plan.millis(at)));
        }
    }

    private static void write(Statements statements, Subscription its) throws SQLException {
        End end = its.end();
        statements.run(
                WRITE,
                its.accountId(),
                its.number(),
                its.version().plan(),
                its.version().number(),
                its.anchor(),
                its.periods(),
                its.period(),
                its.startsAt(),
                its.endsAt(),
                its.grant(),
                its.cancelledAt(),
                end == null ? null : end.at(),
                end == null ? null : end.why().word());
    }
}
