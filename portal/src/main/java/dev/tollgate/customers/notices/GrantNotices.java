package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Amount;
import dev.tollgate.customers.notices.NoticeRecord.AccountEvent;
import dev.tollgate.customers.notices.NoticeRecord.Fact;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells owners and the billing role by mail, and webhooks, that more than {@value #CREDITS} credits of a grant expire within {@value #DAYS} days: each grant
 * once, over all servers (Z20). Thread-safe; blocks.
 */
public final class GrantNotices {

    public static final Duration EVERY = Duration.ofHours(1);

    private static final String KIND = WebhookEvent.GRANT_EXPIRING.text();
    private static final int DAYS = 7;
    private static final int CREDITS = 10;

    /** The grants that are read at a time. */
    private static final int PAGE = 1_000;

    /** Credits that pay for a week or less are not announced. */
    private static final String FOUND =
            """
            SELECT g.account_id, g.number, g.left_micros, g.models, g.expires_at, account.name AS account_name
            FROM credit_grant g JOIN account ON account.id = g.account_id AND account.blocked = 0 AND account.deleted_at IS NULL
            WHERE g.account_id > ? AND g.ended_at IS NULL AND g.expires_at > ? AND g.expires_at <= ? AND g.left_micros > %d
                AND g.expires_at > g.starts_at + %d
                AND NOT EXISTS (SELECT 1 FROM told n WHERE n.owner = g.account_id AND n.kind = '%s' AND n.subject = CAST(g.number AS TEXT))
            ORDER BY g.account_id, g.expires_at, g.number LIMIT %d""".formatted(CREDITS * Credits.MICROS, Duration.ofDays(DAYS).toMillis(), KIND, PAGE);

    private final NoticeSender by;

    public GrantNotices(NoticeSender by) {
        this.by = by;
    }

    private record Account(String id, String name) {}

    private record Found(Account account, long number, long leftMicros, ModelPatterns models, Instant expiresAt) {

        static Found of(ResultSet row) throws SQLException {
            return new Found(
                    new Account(row.getString("account_id"), row.getString("account_name")),
                    row.getLong("number"),
                    row.getLong("left_micros"),
                    ModelPatterns.of(row.getString("models")),
                    Columns.time(row, "expires_at"));
        }

        Fact fact(Instant now) {
            AccountEvent event = new AccountEvent(
                    account.id(),
                    "grant_" + number + "_expiring",
                    WebhookEvent.GRANT_EXPIRING,
                    now,
                    WebhookEvent.ofGrant(number, leftMicros, expiresAt));
            return new Fact(
                    account.id(), KIND, String.valueOf(number), null, String.valueOf(expiresAt.toEpochMilli()), event);
        }

        /** Returns the line of the mail. */
        String line() {
            Instant at = expiresAt.truncatedTo(ChronoUnit.SECONDS);
            return models.areEvery()
                    ? say(
                            "{credits} credits of grant {number} expire at {time}.",
                            new Amount(leftMicros),
                            Long.toString(number),
                            at)
                    : say(
                            "{credits} credits of grant {number} for {models} expire at {time}.",
                            new Amount(leftMicros),
                            Long.toString(number),
                            String.join(", ", models.all()),
                            at);
        }
    }

    /** Mails what was not mailed yet. An account whose mails find no room waits for the next sweep, and delays no other one. */
    public synchronized void sweep() {
        Instant now = by.clock().instant();
        Instant until = now.plus(Duration.ofDays(DAYS));
        String after = "";
        List<Found> page;
        do {
            String from = after;
            page = by.list(FOUND, Found::of, from, now, until);
            Map<Account, List<Found>> byAccount = new LinkedHashMap<>();
            page.forEach(grant -> byAccount
                    .computeIfAbsent(grant.account(), _ -> new ArrayList<>())
                    .add(grant));
            byAccount.forEach((account, grants) -> tell(account, grants, now));
            after = page.isEmpty() ? "" : page.getLast().account().id();
        } while (page.size() == PAGE);
    }

    private void tell(Account account, List<Found> grants, Instant now) {
        by.tell(
                new NoticeRecord(grants.stream().map(grant -> grant.fact(now)).toList()),
                account.id(),
                () -> Readers.ofMoney(by.database(), account.id()),
                to -> by.letters()
                        .creditsExpire(
                                to,
                                account.name(),
                                grants.stream().map(Found::line).toList()));
    }
}
