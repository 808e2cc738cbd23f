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
 * (Z40). Who has cancelled it knows. Tells them, too, that it has ended since its money went back (K23). Thread-safe; blocks.
 */
public final class PlanNotices {

    public static final Duration EVERY = Duration.ofMinutes(1);

    private static final String KIND = WebhookEvent.PLAN_CLOSED.text();

    private static final String KIND_REFUNDED = "plan.refunded";

    /** The accounts that are read at a time. */
    private static final int PAGE = 1_000;

    private static final String FOUND = """
            SELECT s.account_id, s.number, s.ends_at, v.plan, v.body, account.name AS account_name, s.anchor,
                (SELECT MAX(p.period) FROM plan_step p WHERE p.account_id = s.account_id AND p.subscription = s.number
                    AND p.period > s.period AND p.period <= s.periods) AS last_paid
            FROM plan_version v JOIN subscription s ON s.plan = v.plan AND s.version = v.number
                JOIN account ON account.id = s.account_id AND account.blocked = 0 AND account.deleted_at IS NULL
            WHERE v.closed_at > ? AND s.account_id > ? AND s.ended_at IS NULL AND s.ends_at > ? AND s.cancelled_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM told n WHERE n.owner = s.account_id AND n.kind = '%s' AND n.subject = CAST(s.number AS TEXT))
            ORDER BY s.account_id LIMIT %d""".formatted(KIND, PAGE);

    /** Plans that have ended since their money went back. A refund may have blocked the account. */
    private static final String REFUNDED = """
            SELECT s.account_id, s.number, s.ended_at, v.body, account.name AS account_name
            FROM subscription s JOIN plan_version v ON v.plan = s.plan AND v.number = s.version
                JOIN account ON account.id = s.account_id AND account.deleted_at IS NULL
            WHERE s.ended_by = 'refunded' AND s.ended_at > ? AND s.account_id > ?
                AND NOT EXISTS (SELECT 1 FROM told n WHERE n.owner = s.account_id AND n.kind = '%s' AND n.subject = CAST(s.number AS TEXT))
                AND NOT EXISTS (SELECT 1 FROM subscription n WHERE n.account_id = s.account_id AND n.number > s.number AND n.ended_by = 'refunded')
            ORDER BY s.account_id LIMIT %d""".formatted(KIND_REFUNDED, PAGE);

    /** The time for which the end of a plan is news, if no server ran. */
    private static final Duration NEWS = Duration.ofDays(7);

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
        by.each(
                PAGE,
                after -> by.list(REFUNDED, Refunded::of, now.minus(NEWS), after),
                Refunded::accountId,
                this::tell);
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

    private record Refunded(String accountId, String accountName, long number, String name, Instant endedAt) {

        static Refunded of(ResultSet row) throws SQLException {
            return new Refunded(
                    row.getString("account_id"),
                    row.getString("account_name"),
                    row.getLong("number"),
                    Plan.read(row.getString("body")).name(),
                    Columns.time(row, "ended_at"));
        }
    }

    private void tell(Refunded plan) {
        Fact fact = new Fact(
                plan.accountId(),
                KIND_REFUNDED,
                String.valueOf(plan.number()),
                null,
                String.valueOf(plan.endedAt().toEpochMilli()),
                null);
        by.tell(
                new NoticeRecord(List.of(fact)),
                plan.accountId(),
                () -> Readers.ofMoney(by.database(), plan.accountId()),
                to -> by.letters()
                        .planRefunded(
                                to,
                                plan.accountName(),
                                plan.name(),
                                plan.endedAt().truncatedTo(ChronoUnit.SECONDS)));
    }
}
