package dev.tollgate.books.plans;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlansPart.PlanChange;
import dev.tollgate.books.plans.Subscription.End;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the next row of an account's plan in the place of the former one, if that still is as it was read, together with what the ledger and the account's
 * terms have of it: all of it, or nothing. The outcome is whether the row was as it was read.
 */
public final class Turn extends PlanChange<Boolean> {

    private static final String WRITE = """
            INSERT INTO subscription (account_id, number, plan, version, anchor, periods, request_id, period, starts_at, ends_at, grant_number,
                cancelled_at, ended_at, ended_by, end_request_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, number) DO UPDATE SET period = excluded.period, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                grant_number = excluded.grant_number, cancelled_at = excluded.cancelled_at, ended_at = excluded.ended_at,
                ended_by = excluded.ended_by, end_request_id = excluded.end_request_id""";

    private final @Nullable Subscription before;
    private final Subscription after;
    private final @Nullable Grant grant;
    private final List<Change> changes = new ArrayList<>();

    /** @param isNewPeriod whether the credits of a period are given @param ends the reason for which the credits of the period end; null: they stay */
    Turn(
            @Nullable Subscription before,
            Subscription after,
            boolean isNewPeriod,
            @Nullable String ends,
            AccountTerms terms,
            Instant at) {
        this.before = before;
        this.after = after;
        this.grant = isNewPeriod ? grant(at) : null;
        changes.add(this);
        if (grant != null) {
            changes.add(grant);
        }
        if (ends != null) {
            RequestId id = new RequestId("end-plan-" + after.number());
            Origin origin = Origin.of(Origin.Kind.PLAN_END, Long.toString(after.number()));
            changes.add(new Grant.End(after.accountId(), after.grant(), ends, origin, this::outcome, id, at));
        }
        String group = after.version().terms().group();
        if (group != null && (isNewPeriod || ends != null)) {
            changes.add(terms.setPlan(
                    after.accountId(),
                    isNewPeriod ? group : null,
                    isNewPeriod ? after.endsAt() : null,
                    this::isWritten,
                    at));
        }
    }

    private Grant grant(Instant at) {
        Plan its = after.version().terms();
        RequestId id = new RequestId(after.periodId());
        Origin origin = Origin.of(Origin.Kind.PLAN, after.number() + "." + after.period());
        return Grant.onCondition(after.accountId(), its.creditsMicros(), after.reason(), origin, this::outcome, id, at)
                .under(its.terms(after.startsAt(), after.endsAt()));
    }

    /** Returns this change and those that belong to its unit. */
    public List<Change> changes() {
        return List.copyOf(changes);
    }

    /** Returns whether the row was written. Once all is decided. */
    public boolean isWritten() {
        return outcome() && (grant == null || grant.outcome().isDone());
    }

    /** Returns why the ledger has refused the credits; null if it has not. Once all is decided. */
    public @Nullable ApiError refusal() {
        return outcome() && grant != null && grant.outcome() instanceof Outcome.Refused<?>(ApiError why) ? why : null;
    }

    /** Returns the former row; null if the account had none. */
    public @Nullable Subscription before() {
        return before;
    }

    /** Returns the new row. Once it is written. */
    public Subscription after() {
        Long number = grant == null ? null : grant.grantNumber();
        return number == null ? after : after.paidBy(number);
    }

    @Override
    void decide(Statements statements, Set<String> changed) throws SQLException {
        String accountId = after.accountId();
        // A second change in a batch was made of what was there before the first.
        boolean isAsRead = !changed.contains(accountId)
                && Objects.equals(
                        statements.one(Plans.OF_ACCOUNT, Plans::subscription, accountId, Long.MAX_VALUE, 1), before)
                && isNewest(statements);
        if (isAsRead) {
            changed.add(accountId);
        }
        decide(isAsRead);
    }

    /** Returns whether a version that is assigned still is the newest one, and open. */
    private boolean isNewest(Statements statements) throws SQLException {
        Version its = after.version();
        boolean isAssigned = before == null || before.number() != after.number();
        return !isAssigned || its.equals(Plans.newest(statements, its.plan()));
    }

    @Override
    void write(Statements statements) throws SQLException {
        if (!isWritten()) {
            return;
        }
        Subscription its = after();
        End end = its.end();
        statements.run(
                WRITE,
                its.accountId(),
                its.number(),
                its.version().plan(),
                its.version().number(),
                its.anchor(),
                its.periods(),
                its.requestId(),
                its.period(),
                its.startsAt(),
                its.endsAt(),
                its.grant(),
                its.cancelledAt(),
                end == null ? null : end.at(),
                end == null ? null : end.why().word(),
                end == null ? null : end.requestId());
    }
}
