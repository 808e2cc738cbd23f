package dev.tollgate.customers.notices;

import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.customers.notices.NoticeRecord.AccountEvent;
import dev.tollgate.customers.notices.NoticeRecord.Fact;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Tells owners and the billing role by mail, and webhooks, that the plan of their account was closed and ends with its period: each plan once, over all servers
 * (Z40). Who has cancelled it knows. Thread-safe; blocks.
 */
public final class PlanNotices {

    public static final Duration EVERY = Duration.ofMinutes(1);

    private static final String KIND = WebhookEvent.PLAN_CLOSED.text();

    /** The accounts that are read at a time. */
    private static final int PAGE = 1_000;

    private static final String FOUND = """
            SELECT s.account_id, s.number, s.ends_at, v.plan, v.body, account.name AS account_name, s.anchor,
                (SELECT MAX(p.period) FROM plan_step p WHERE p.account_id = s.account_id AND p.subscription = s.number AND p.period > s.period) AS last_paid
            FROM plan_version v JOIN subscription s ON s.plan = v.plan AND s.version = v.number
                JOIN account ON account.id = s.account_id AND account.blocked = 0 AND account.deleted_at IS NULL
            WHERE v.closed_at > ? AND s.account_id > ? AND s.ended_at IS NULL AND s.ends_at > ? AND s.cancelled_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM told n WHERE n.owner = s.account_id AND n.kind = '%s' AND n.subject = CAST(s.number AS TEXT))
            ORDER BY s.account_id LIMIT %d""".formatted(KIND, PAGE);

    private final NoticeSender by;

    public PlanNotices(NoticeSender by) {
        this.by = by;
    }

    private record Found(String accountId, String accountName, long number, String plan, String name, Instant endsAt) {

        static Found of(ResultSet row) throws SQLException {
            Plan terms = Plan.read(row.getString("body"));
            Long paid = Columns.numberOrNull(row, "last_paid");
            Instant endsAt = paid == null
                    ? Columns.time(row, "ends_at")
                    : terms.period().end(Columns.time(row, "anchor"), paid.intValue());
            return new Found(
                    row.getString("account_id"),
                    row.getString("account_name"),
                    row.getLong("number"),
                    row.getString("plan"),
                    terms.name(),
                    endsAt);
        }

        Fact fact(Instant now) {
            AccountEvent event = new AccountEvent(
                    accountId,
                    "plan_" + number + "_closed",
                    WebhookEvent.PLAN_CLOSED,
                    now,
                    WebhookEvent.ofPlan(plan, name, endsAt));
            return new Fact(
                    accountId, KIND, String.valueOf(number), null, String.valueOf(endsAt.toEpochMilli()), event);
        }
    }

    /** Mails what was not mailed yet. An account whose mails find no room waits for the next sweep, and delays no other one. */
    public synchronized void sweep() {
        Instant now = by.clock().instant();
        Instant since = now.minus(Period.LONGEST); // of a version that was closed before, no plan runs
        by.each(
                PAGE,
                after -> by.list(FOUND, Found::of, since, after, now),
                Found::accountId,
                found -> tell(found, now));
    }

    private void tell(Found plan, Instant now) {
        by.tell(
                new NoticeRecord(List.of(plan.fact(now))),
                plan.accountId(),
                () -> Readers.ofMoney(by.database(), plan.accountId()),
                to -> by.letters()
                        .planEnds(
                                to,
                                plan.accountName(),
                                plan.name(),
                                plan.endsAt().truncatedTo(ChronoUnit.SECONDS)));
    }
}
